using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Index;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Operator.Page;

/// <summary>Reads what the status page shows from what the operator has in its caches anyway. Nothing is kept up for it between two views.</summary>
internal sealed class PageReader(
    IResourceCache<VirtualMachine> machines, IResourceCache<VirtualMachineInstance> instances, IResourceCache<WakeRequest> requests, IResourceCache<WakePolicy> policies,
    IResourceCache<WakeTemplate> templates, IResourceCache<Node> nodes, IResourceCache<Pod> pods, PolicyBook book, MachineAddressSet addresses, AgentVisits agents,
    OperatorOptions options, TimeProvider time)
{
    public const int MostMachines = 100;
    public const int MostRequests = 50;
    public const int MostAgents = 64;
    public const int MostRules = 100;
    private const int MostAddresses = 4;

    /// <summary>All of it, as far as it fits what is looked for.</summary>
    public async Task<PageFacts> ReadAsync(string find, bool isLeading, CancellationToken cancellationToken) => new()
    {
        At = time.GetUtcNow(),
        IsLeading = isLeading,
        Find = find,
        DefaultVerbs = options.DefaultVerbs,
        Addresses = addresses.Count,
        Machines = Machines(find),
        Requests = Requests(find),
        Agents = await AgentsAsync(cancellationToken).ConfigureAwait(false),
        Policies = Rules(policies.All, p => new(
            ResourceKey.Of(p).ToString(), $"{string.Join(", ", p.Spec.Verbs)}; proof {p.Spec.Proof}", p.Status?.Machines ?? 0, IsReady(p.Status?.Conditions), Reason(p.Status?.Conditions), Message(p.Status?.Conditions))),
        Templates = Rules(templates.All, t => new(
            ResourceKey.Of(t).ToString(), Claimed(t), t.Status?.Instances ?? 0, IsReady(t.Status?.Conditions), Reason(t.Status?.Conditions), Message(t.Status?.Conditions))),
    };

    private Shown<MachineRow> Machines(string find)
    {
        var all = machines.All;
        var found = find.Length == 0 ? all : [.. all.Where(m => Fits(ResourceKey.Of(m).ToString(), find) || AddressesOf(m).Any(a => Fits(a, find)))];
        var rows = found.OrderBy(m => m.Metadata.Namespace, StringComparer.Ordinal).ThenBy(m => m.Metadata.Name, StringComparer.Ordinal).Take(MostMachines).Select(m =>
        {
            var machine = With(m);
            var known = AddressesOf(m).ToList();
            return new MachineRow(
                ResourceKey.Of(m).ToString(), [.. known.Take(MostAddresses), .. known.Count > MostAddresses ? [$"and {known.Count - MostAddresses} more"] : Array.Empty<string>()],
                machine.PrintableStatus, machine.Node, [.. book.For(m).Where(p => !DefaultPolicy.Is(p)).Select(p => p.Metadata.Name)]);
        });
        return new([.. rows], found.Count, all.Count);
    }

    private Shown<RequestRow> Requests(string find)
    {
        var all = requests.All;
        var found = find.Length == 0 ? all : [.. all.Where(r => Fits(Target(r), find) || Fits(r.Spec.Target.MacAddress ?? "", find))];
        var rows = found.OrderByDescending(Begun).ThenBy(r => r.Metadata.Name, StringComparer.Ordinal).Take(MostRequests).Select(r => new RequestRow(
            (r.Status?.Action ?? r.Spec.Action)?.ToString() ?? "", Target(r), (r.Status?.Phase ?? WakePhase.Pending).ToString(), r.Status?.Reason?.ToString() ?? "", r.Status?.Message ?? "",
            From(r), Begun(r), Journey.Of(r)));
        return new([.. rows], found.Count, all.Count);
    }

    /// <summary>Every node, those first that want looking at; and agents on nodes that are not known.</summary>
    private async Task<Shown<AgentRow>> AgentsAsync(CancellationToken cancellationToken)
    {
        var byNode = pods.All.Where(p => p is { Metadata.DeletionTimestamp: null, Spec.NodeName.Length: > 0 }).GroupBy(p => p.Spec!.NodeName!)
            .ToDictionary(g => g.Key, g => g.OrderByDescending(p => p.IsReady).First());
        var all = nodes.All.Select(n => n.Metadata.Name).Union(byNode.Keys).Select(node => (Node: node, Pod: byNode.GetValueOrDefault(node)))
            .Select(a => (a.Node, a.Pod, State: a.Pod is null ? AgentState.Missing : a.Pod.IsReady ? AgentState.Ready : AgentState.NotReady))
            .OrderBy(a => a.State).ThenBy(a => a.Node, StringComparer.Ordinal).ToList();
        var shown = all.Take(MostAgents).ToList();
        var figures = await agents.AskAsync([.. shown.Select(a => a.Pod).OfType<Pod>()], cancellationToken).ConfigureAwait(false);
        return new([.. shown.Select(a => new AgentRow(a.Node, a.State, a.Pod is null ? null : figures.GetValueOrDefault(ResourceKey.Of(a.Pod))))], all.Count, all.Count);
    }

    private static Shown<RuleRow> Rules<T>(IReadOnlyCollection<T> all, Func<T, RuleRow> row) =>
        new([.. all.Select(row).OrderBy(r => r.IsReady == true).ThenBy(r => r.Name, StringComparer.Ordinal).Take(MostRules)], all.Count, all.Count);

    private Machine With(VirtualMachine machine) => new(machine, instances.Find(ResourceKey.Of(machine)));

    private IEnumerable<string> AddressesOf(VirtualMachine machine) => With(machine).Addresses.Select(a => a.ToString());

    private static bool Fits(string text, string find) =>
        text.Contains(find, StringComparison.OrdinalIgnoreCase) || (MacAddress.TryParse(find, null, out var address) && MacAddress.TryParse(text, null, out var other) && address == other);

    private static DateTimeOffset? Begun(WakeRequest request) => request.Spec.Frame?.CapturedAt ?? request.Status?.AcceptedAt ?? request.Metadata.CreationTimestamp;

    private static string Target(WakeRequest request) => request.Status?.VirtualMachine is { } machine ? $"{machine.Namespace}/{machine.Name}"
        : request.Spec.Target.MacAddress ?? $"{request.Metadata.Namespace}/{request.Spec.Target.Name}";

    private static string From(WakeRequest request) => request.Spec.Frame is not { } frame ? $"a request in {request.Metadata.Namespace}"
        : $"{frame.SourceIp ?? frame.SourceMac} on {frame.Node} {frame.Interface}{(frame.Vlans is [var vlan, ..] ? $", VLAN {vlan}" : "")}";

    private static string Claimed(WakeTemplate template) =>
        string.Join(", ", (template.Spec.MacAddresses.Prefixes ?? []).Concat((template.Spec.MacAddresses.Ranges ?? []).Select(r => $"{r.From} to {r.To}")).Take(MostAddresses));

    private static Condition? Ready(IReadOnlyList<Condition>? conditions) => conditions?.FirstOrDefault(c => c.Type == "Ready");

    private static bool? IsReady(IReadOnlyList<Condition>? conditions) => Ready(conditions) is { } ready ? ready.Status == ConditionStatus.True : null;

    private static string Reason(IReadOnlyList<Condition>? conditions) => Ready(conditions)?.Reason ?? "not looked at yet";

    private static string Message(IReadOnlyList<Condition>? conditions) => Ready(conditions)?.Message ?? "";
}
