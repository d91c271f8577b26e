using KubeWol.Cli.Output;

namespace KubeWol.Cli;

/// <summary>What the program finds around it, so that a test can give it something else.</summary>
internal sealed record Surroundings
{
    public required Terminal Terminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
}
