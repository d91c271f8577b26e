using KubeWol.TestCluster.ApiServers;
using Microsoft.Extensions.Logging;

namespace KubeWol.TestCluster.KubeVirt;

/// <summary>How to start a <see cref="KubeVirtStandIn"/>.</summary>
public sealed record KubeVirtStandInOptions
{
    /// <summary>The defaults, for an <paramref name="server"/> that was told of <paramref name="api"/>.</summary>
    public static KubeVirtStandInOptions For(ApiServer server, AggregatedApi api) =>
        new() { Kubeconfig = server.AdminKubeconfig, Authority = server.Authority, Api = api };

    /// <summary>A kubeconfig of the cluster's administrator.</summary>
    public required string Kubeconfig { get; init; }

    /// <summary>What the API server was told to pass on: <see cref="KubeVirtStandIn.Api"/>.</summary>
    public required AggregatedApi Api { get; init; }

    /// <summary>The API server's authority: it signs the stand-in's certificate.</summary>
    public required CertificateAuthority Authority { get; init; }

    /// <summary>Whether the stand-in installs its CRDs; false where the cluster has KubeVirt's own.</summary>
    public bool InstallCrds { get; init; } = true;

    /// <summary>The nodes that take instances.</summary>
    public IReadOnlyList<StandInNode> Nodes { get; init; } = [new("node01"), new("node02"), new("node03")];

    /// <summary>Whether Node objects are made for <see cref="Nodes"/>.</summary>
    public bool CreateNodes { get; init; }

    /// <summary>How long things take.</summary>
    public StandInDelays Delays { get; init; } = new();

    /// <summary>The feature gate without which WaitAsReceiver is refused.</summary>
    public bool DecentralizedLiveMigration { get; init; }

    /// <summary>The feature gate with which template.kubevirt.io is there; the API server must have been told of <see cref="KubeVirtStandIn.TemplateApi"/>.</summary>
    public bool Template { get; init; }

    /// <summary>How many machines are worked on at the same time.</summary>
    public int Workers { get; init; } = 8;

    /// <summary>The clock of all delays.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the stand-in logs; nowhere if null.</summary>
    public ILoggerProvider? Logging { get; init; }
}
