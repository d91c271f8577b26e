using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Targets;

/// <summary>Which nodes a machine may be moved to.</summary>
internal sealed class Nodes(IResourceCache<Node> nodes)
{
    /// <summary>No labels: any node will do.</summary>
    public static readonly IReadOnlyDictionary<string, string> Anywhere = new Dictionary<string, string>();


    /// <summary>The label that names a node. KubeVirt passes it on to the scheduler as <c>addedNodeSelector</c>.</summary>
    public const string HostnameLabel = "kubernetes.io/hostname";

    /// <summary>virt-handler sets it: true where machines can run, false where it has not been heard of lately (KubeVirt, api/core/v1/types.go).</summary>
    private const string SchedulableLabel = "kubevirt.io/schedulable";

    /// <summary>The labels of the nodes that a move names; none where the scheduler chooses. A node's hostname is not its name everywhere.</summary>
    public IReadOnlyDictionary<string, string> SelectorOf(MoveSettings? move) => move switch
    {
        { NodeName: { } name } => new Dictionary<string, string> { [HostnameLabel] = nodes.Find(new(null, name))?.Metadata.Labels?.GetValueOrDefault(HostnameLabel) ?? name },
        { NodeSelector: { Count: > 0 } labels } => labels,
        _ => Anywhere,
    };

    /// <summary>Where a move wants to go, as the nodes are now.</summary>
    /// <param name="selector">The labels asked for; empty for any node.</param>
    /// <param name="current">The node the machine is on, or null.</param>
    public Destination Judge(IReadOnlyDictionary<string, string> selector, string? current)
    {
        if (selector.Count == 0) return new(null, false);
        var fitting = nodes.All.Where(n => selector.All(l => n.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value)).ToList();
        if (fitting.Any(n => n.Metadata.Name == current)) return new(null, true);
        return new(fitting switch
        {
            [] => WakeReason.NodeNotFound,
            _ when !IsAnySchedulable(fitting) => WakeReason.NodeNotSchedulable,
            _ => null,
        }, false);
    }

    /// <summary>Where virt-handler labels nodes at all, one without the label has no virt-handler.</summary>
    private bool IsAnySchedulable(List<Node> fitting)
    {
        var labelled = nodes.All.Any(n => n.Metadata.Labels?.ContainsKey(SchedulableLabel) == true);
        return fitting.Any(n => n.Spec?.Unschedulable != true
            && (n.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready")?.Status ?? "True") == "True"
            && (!labelled || n.Metadata.Labels?.GetValueOrDefault(SchedulableLabel) == "true"));
    }
}

/// <summary>What is known of the place a machine is to go to.</summary>
/// <param name="Problem">Why no machine can go there; null when one can.</param>
/// <param name="IsThere">Whether the machine is there.</param>
internal readonly record struct Destination(WakeReason? Problem, bool IsThere);
