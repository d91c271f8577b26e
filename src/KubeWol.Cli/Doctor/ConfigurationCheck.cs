using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;

namespace KubeWol.Cli.Doctor;

/// <summary>What was written into the cluster: policies, templates, addresses.</summary>
internal static class ConfigurationCheck
{
    private const int Shown = 10;

    public static async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var (policies, seesPolicies) = await session.ListAsync(WakePolicy.Type, cancellationToken).ConfigureAwait(false);
        var (templates, seesTemplates) = await session.ListAsync(WakeTemplate.Type, cancellationToken).ConfigureAwait(false);
        var (machines, seesMachines) = await session.ListAsync(VirtualMachine.Type, cancellationToken).ConfigureAwait(false);
        return
        [
            .. seesPolicies == Sight.Nothing ? [Finding.Unseen("WakePolicies")] : Of("WakePolicy", "WakePolicies", policies.Select(p => (ResourceKey.Of(p), p.Status?.Conditions))),
            .. seesTemplates == Sight.Nothing ? [Finding.Unseen("WakeTemplates")] : Of("WakeTemplate", "WakeTemplates", templates.Select(t => (ResourceKey.Of(t), t.Status?.Conditions))),
            .. seesMachines == Sight.Nothing ? [Finding.Unseen("VirtualMachines")] : Addresses(machines, seesMachines == Sight.All ? "" : $" in {session.Namespace}"),
        ];
    }

    private static IEnumerable<Finding> Of(string kind, string kinds, IEnumerable<(ResourceKey Key, IReadOnlyList<Condition>? Conditions)> objects)
    {
        var all = objects.Select(o => (o.Key, Ready: o.Conditions?.FirstOrDefault(c => c.Type == "Ready"))).ToList();
        var wrong = all.Where(o => o.Ready?.Status != ConditionStatus.True).ToList();
        if (wrong.Count == 0) yield return Finding.Good(all.Count == 0 ? $"there are no {kinds}" : $"{kinds}: {all.Count}, all in order");
        foreach (var (key, ready) in wrong.Take(Shown))
        {
            yield return Finding.Warning($"{kind} {key}: {(ready is null ? "no operator has looked at it yet" : $"{ready.Reason}: {ready.Message}")}");
        }

        if (wrong.Count > Shown) yield return Finding.Warning($"{wrong.Count - Shown} more {kinds} are not in order", $"Try: kubectl get {kinds.ToLowerInvariant()} -A -o wide");
    }

    private static IEnumerable<Finding> Addresses(IReadOnlyList<VirtualMachine> machines, string where)
    {
        var shared = machines.SelectMany(m => MacAddresses.Of(m).Distinct().Select(mac => (Mac: mac, Key: ResourceKey.Of(m)))).GroupBy(o => o.Mac).Where(g => g.Count() > 1).ToList();
        if (shared.Count == 0) yield return Finding.Good($"no two of {machines.Count} machines{where} have the same MAC address");
        foreach (var owners in shared.Take(Shown))
        {
            yield return Finding.Warning($"{owners.Key} is the address of {string.Join(" and ", owners.Select(o => o.Key).Order(Comparer<ResourceKey>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()))))}", "Frames for it are refused (AmbiguousTarget): give each machine an address of its own.");
        }

        if (shared.Count > Shown) yield return Finding.Warning($"{shared.Count - Shown} more addresses are had by several machines");
    }
}
