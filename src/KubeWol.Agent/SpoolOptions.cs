namespace KubeWol.Agent;

/// <summary>What is kept until the API server has acknowledged it.</summary>
internal sealed record SpoolOptions
{
    /// <summary>Where it is kept besides the memory; null for nowhere.</summary>
    public string? Directory { get; init; }

    /// <summary>Messages that may wait.</summary>
    public int Messages { get; init; } = 10_000;

    /// <summary>What they may take up, in MiB.</summary>
    public int Mebibytes { get; init; } = 16;

    /// <summary>How long a message is kept; past its deadline it is only reported.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromHours(1);
}
