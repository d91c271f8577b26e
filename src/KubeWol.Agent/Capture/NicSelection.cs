using System.IO.Enumeration;

namespace KubeWol.Agent.Capture;

/// <summary>Which interfaces to listen on.</summary>
internal sealed class NicSelection(IReadOnlyList<string> included, IReadOnlyList<string> excluded)
{
    /// <summary>Bridges that container networks and hypervisors make for themselves. No sender on the LAN is behind them that the uplink does not hear, too.</summary>
    private static readonly string[] PodSide =
        ["cni*", "cbr*", "docker*", "br-????????????", "podman*", "flannel*", "cilium*", "lxc*", "lxdbr*", "cali*", "virbr*", "kube-*", "nodelocaldns", "k6t-*", "ovs-system", "ovn-*", "weave*"];

    /// <summary>Names without a wildcard that were asked for: each of these must exist when the agent starts.</summary>
    public IEnumerable<string> Names => included.Where(p => !p.AsSpan().ContainsAny('*', '?'));

    /// <summary>Whether anything was asked for; otherwise the default choice applies.</summary>
    public bool IsDefault => included.Count == 0;

    /// <summary>
    /// An interface that is up and matches an include pattern, or by default is physical, a bond, a bridge or a VLAN and not pod-side.
    /// An exclude pattern always wins.
    /// </summary>
    public bool Wants(Nic nic) => nic.IsUp && !Matches(excluded, nic.Name)
        && (IsDefault ? nic.Kind != NicKind.Other && !Matches(PodSide, nic.Name) : Matches(included, nic.Name));

    public override string ToString() => IsDefault ? "physical interfaces, bonds, bridges and VLANs" : string.Join(", ", included);

    private static bool Matches(IEnumerable<string> patterns, string name) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, name, ignoreCase: false));
}
