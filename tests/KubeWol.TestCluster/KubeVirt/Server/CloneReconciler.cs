using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>virt-controller's clone controller: one phase after the other, with a snapshot and a restore that are only imagined.</summary>
internal sealed class CloneReconciler(
    IResourceCache<VirtualMachineClone> clones, IResourceCache<VirtualMachine> machines, StandInClient client, StandInDelays delays, TimeProvider time) : IReconciler
{
    private static readonly TimeSpan LookForSource = TimeSpan.FromSeconds(1);

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (clones.Find(key) is not { IsDeleting: false } clone) return Requeue.Never;
        if (clone.Phase == ClonePhase.Succeeded)
        {
            // KubeVirt takes a clone away whose machine is gone.
            if (machines.Find(TargetOf(clone)) is null && await client.GetAsync(KubeVirtTypes.Vm, TargetOf(clone), cancellationToken) is null) await client.DeleteAsync(KubeVirtTypes.Clone, clone, cancellationToken);
            return Requeue.Never;
        }

        if (clone.Phase == ClonePhase.Failed) return Requeue.Never;
        if (await SourceAsync(clone, cancellationToken) is not { } source)
        {
            await ReportAsync(clone, clone.Status.Phase, "Pending", $"source does not exist: {clone.Spec.Source!.Kind} {key.Namespace}/{clone.Spec.Source.Name}", cancellationToken);
            return Requeue.After(LookForSource);
        }

        switch (((string?)source["metadata"]?["annotations"]?[StandInAnnotations.Clone], clone.Phase))
        {
            case ("fails", ClonePhase.RestoreInProgress):
                await ReportAsync(clone, ClonePhase.Failed, "Failed", $"snapshot tmp-snapshot-{clone.Metadata.Uid} does not exist anymore", cancellationToken);
                return Requeue.Never;
            case ("hangs", ClonePhase.RestoreInProgress):
                return Requeue.Never;
            case (_, ClonePhase.CreatingTargetVm):
                await ReportAsync(clone, ClonePhase.Succeeded, "Ready", "Ready", cancellationToken);
                return Requeue.Never;
            case (_, ClonePhase.RestoreInProgress):
                await CreateAsync(CloneRules.Target(source, clone), cancellationToken);
                await ReportAsync(clone, ClonePhase.CreatingTargetVm, "Still processing", "Still processing", cancellationToken);
                break;
            default:
                var next = clone.Phase == ClonePhase.Unset ? ClonePhase.SnapshotInProgress : ClonePhase.RestoreInProgress;
                await ReportAsync(clone, next, "Still processing", "Still processing", cancellationToken);
                break;
        }

        return Requeue.After(delays.CloneStep);
    }

    /// <summary>The machine a clone makes.</summary>
    public static ResourceKey TargetOf(VirtualMachineClone clone) => new(clone.Metadata.Namespace, clone.Spec.Target?.Name ?? "");

    private async Task<JsonObject?> SourceAsync(VirtualMachineClone clone, CancellationToken cancellationToken)
    {
        var (source, ns) = (clone.Spec.Source!, clone.Metadata.Namespace);
        if (source.Kind == VirtualMachine.Kind) return await GetAsync(KubeVirtTypes.Vm.Path(ns, source.Name), cancellationToken);
        var snapshot = await GetAsync(ApiPath.Of("snapshot.kubevirt.io", "v1beta1", "virtualmachinesnapshots", ns, source.Name), cancellationToken);
        return (string?)snapshot?["status"]?["virtualMachineSnapshotContentName"] is { } name
            && await GetAsync(ApiPath.Of("snapshot.kubevirt.io", "v1beta1", "virtualmachinesnapshotcontents", ns, name), cancellationToken) is { } content
            ? content["spec"]?["source"]?["virtualMachine"] as JsonObject : null;
    }

    private async Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await client.SendAsync(HttpMethod.Get, path, cancellationToken))!.AsObject();
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            return null;
        }
    }

    private async Task CreateAsync(JsonObject machine, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(KubeVirtTypes.Vm, Encoding.UTF8.GetBytes(machine.ToJsonString()), (string)machine["metadata"]!["namespace"]!, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Created before this pass was cut off.
        }
    }

    private async Task ReportAsync(VirtualMachineClone clone, string? phase, string progress, string ready, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var status = new VirtualMachineCloneStatus
        {
            Phase = phase,
            TargetName = phase == ClonePhase.Succeeded ? clone.Spec.Target!.Name : null,
            Conditions = clone.Status.Conditions
                .Set(new("Progressing", progress == "Still processing" ? "True" : "False", progress), now)
                .Set(new("Ready", phase == ClonePhase.Succeeded ? "True" : "False", ready), now),
        };
        if (ReferenceEquals(status.Conditions, clone.Status.Conditions) && phase == clone.Status.Phase) return;
        var patch = new JsonObject { ["status"] = JsonSerializer.SerializeToNode(status, KubeVirtJson.Default.VirtualMachineCloneStatus) };
        clones.Observe(await client.PatchAsync(KubeVirtTypes.Clone, clone, patch, "status", cancellationToken));
    }
}
