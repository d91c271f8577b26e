namespace KubeWol.TestCluster.ApiServers;

/// <summary>How to start an API server; the defaults suit most tests.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Issues the server's certificate and those of clients; give one when a backend's certificate must exist before.</summary>
    public CertificateAuthority Authority { get; init; } = new();

    public IReadOnlyList<AggregatedApi> AggregatedApis { get; init; } = [];

    /// <summary>What to start; by default what <see cref="ClusterBinaries.LocateAsync"/> finds.</summary>
    public ClusterBinaries? Binaries { get; init; }

    /// <summary>Whether the server writes down every request that it answers.</summary>
    public bool Audit { get; init; }

    /// <summary>More of kube-apiserver's arguments.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}
