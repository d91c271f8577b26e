namespace KubeWol.Torture.Soaking;

/// <summary>What a program used at one moment.</summary>
/// <param name="At">When, by the run's clock.</param>
/// <param name="Values">By figure: <c>RSS MiB</c>, <c>handles</c>, <c>threads</c>, and what the program says of its queues.</param>
internal sealed record Sample(TimeSpan At, IReadOnlyDictionary<string, double> Values);
