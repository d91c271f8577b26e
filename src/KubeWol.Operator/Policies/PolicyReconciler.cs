using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Policies;

/// <summary>Says of each policy how many machines it selects, and what of it can never match.</summary>
internal sealed class PolicyReconciler(
    IResourceCache<WakePolicy> policies, IResourceCache<VirtualMachine> machines, IResourceCache<WakeTemplate> templates, IResourceCache<Node> nodes,
    IPasswords passwords, OperatorOptions options, ClusterClient client, TimeProvider time) : IReconciler
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private static readonly ResourceIndex<VirtualMachine, string> MachinesByNamespace = new(m => [m.Metadata.Namespace ?? ""]);
    private static readonly ResourceIndex<WakeTemplate, string> TemplatesByNamespace = new(t => [t.Metadata.Namespace ?? ""]);

    /// <summary>Whether what a policy says of others may be other than before.</summary>
    public static bool IsOtherSpec(WakePolicy? before, WakePolicy? after) => before?.Metadata.Generation != after?.Metadata.Generation;

    /// <summary>Whether policies may select it that did not, or the other way round. Machines change often, and their labels hardly ever.</summary>
    public static bool HasOtherLabels(VirtualMachine? before, VirtualMachine? after) =>
        before is null || after is null || !(before.Metadata.Labels ?? NoLabels).OrderBy(l => l.Key, StringComparer.Ordinal).SequenceEqual((after.Metadata.Labels ?? NoLabels).OrderBy(l => l.Key, StringComparer.Ordinal));

    /// <summary>Likewise for what a template makes.</summary>
    public static bool HasOtherLabels(WakeTemplate? before, WakeTemplate? after) => before?.Metadata.Generation != after?.Metadata.Generation;

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (policies.Find(key) is not { Metadata.DeletionTimestamp: null } policy) return Requeue.Never;
        var space = key.Namespace ?? "";
        var check = new PolicyCheck(
            policy,
            [.. machines.FindBy(MachinesByNamespace, space).Select(m => m.Metadata.Labels ?? NoLabels)],
            [.. templates.FindBy(TemplatesByNamespace, space).Select(InstanceMarks.LabelsOf)],
            [.. PolicyBook.In(policies, space).Where(p => p.Metadata.Uid != policy.Metadata.Uid)],
            nodes.All.Select(n => n.Metadata.Name).ToHashSet(),
            name => passwords.ProblemWith(space, name),
            options);
        var status = PolicyStatus.After(check, time.GetUtcNow());
        if (Text(status) != Text(policy.Status))
        {
            var patch = new WakePolicyStatusPatch(new(policy.Metadata.ResourceVersion), status);
            policies.Observe(await client.PatchAsync(WakePolicy.Type, key,
                JsonSerializer.SerializeToUtf8Bytes(patch, OperatorJson.Default.WakePolicyStatusPatch), "status", cancellationToken).ConfigureAwait(false));
        }

        return Requeue.Never;
    }

    /// <summary>Lists compare by reference; their text says whether they say the same.</summary>
    private static string Text(WakePolicyStatus? status) => JsonSerializer.Serialize(status, OperatorJson.Default.WakePolicyStatus);
}
