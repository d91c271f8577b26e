namespace KubeWol.ControllerRuntime;

/// <summary>A reference from an object to the one that owns it.</summary>
public sealed record OwnerReference(string Kind, string Name, string Uid, bool? Controller = null);
