namespace KubeWol.TestCluster.KubeVirt;

/// <summary>A verb that the stand-in accepted, and what it did about it.</summary>
/// <param name="At">When it answered.</param>
/// <param name="Caller">The user whom the API server vouched for.</param>
/// <param name="Verb">start, stop, pause, unpause, migrate, restart.</param>
/// <param name="Namespace">The machine's namespace.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Revision">The store's revision of what it wrote last; null where nothing had to be written.</param>
public sealed record KubeVirtCall(DateTimeOffset At, string Caller, string Verb, string Namespace, string Machine, long? Revision);
