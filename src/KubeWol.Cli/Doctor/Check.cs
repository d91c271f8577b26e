namespace KubeWol.Cli.Doctor;

/// <summary>Looks at one part of an installation.</summary>
/// <param name="Name">The part, as a heading.</param>
/// <param name="LookAsync">What is found there.</param>
internal sealed record Check(string Name, Func<ClusterSession, CancellationToken, Task<IReadOnlyList<Finding>>> LookAsync);
