using KubeWol.Api.V1Alpha1;

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

    /// <summary>
    /// Whether a request reaches the machines of all namespaces. Only those in KubeWol's own namespace, where the agents write, do: whoever
    /// may write requests in another namespace thereby gets no hold on anybody else's machines.
    /// </summary>
    public bool ReachesAll(WakeRequest request) => request.Metadata.Namespace == Namespace;
}
