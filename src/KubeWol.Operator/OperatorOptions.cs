namespace KubeWol.Operator;

/// <summary>How the operator was started.</summary>
internal sealed record OperatorOptions
{
    /// <summary>The namespace the agents write to; only requests in it reach beyond their own namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Whether to wait for the leader lease.</summary>
    public required bool LeaderElection { get; init; }

    /// <summary>Requests worked on at the same time.</summary>
    public required int Workers { get; init; }
}
