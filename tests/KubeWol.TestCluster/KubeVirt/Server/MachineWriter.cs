using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>Writes what virt-controller and virt-handler want changed, and nothing else. One that comes too late is an <see cref="ApiException"/>, 409.</summary>
internal sealed class MachineWriter(
    StandInClient client, IResourceCache<VirtualMachine> vms, IResourceCache<VirtualMachineInstance> vmis, IResourceCache<Migration> migrations)
{
    /// <summary>Writes all but the VirtualMachine's status, and returns the machine as the API server now has it, with the wanted status.</summary>
    public async Task<Machine> WriteAsync(Machine before, Machine after, Pass pass, CancellationToken cancellationToken)
    {
        after = after with { Vm = await WriteVmAsync(before.Vm, after.Vm, cancellationToken) };
        if (after.Vmi is { Metadata.Uid: null } wanted)
        {
            try
            {
                return after with { Vmi = await CreateVmiAsync(wanted, cancellationToken) };
            }
            catch (ApiException refusal) when (!refusal.IsTransient)
            {
                return RunStrategyRules.Refused(after, refusal.Message, pass);
            }
        }

        after = after with { Vmi = await WriteVmiAsync(before.Vmi, after.Vmi, cancellationToken) };
        foreach (var migration in before.Migrations)
        {
            var next = after.Migrations.FirstOrDefault(m => m.Metadata.Name == migration.Metadata.Name);
            var written = await WriteMigrationAsync(migration, next, cancellationToken);
            after = written is null ? after.Without(migration) : after.With(written);
        }

        return after;
    }

    /// <summary>Writes the VirtualMachine's status, if it is another one than <paramref name="stored"/> has.</summary>
    public async Task<VirtualMachine> WriteStatusAsync(VirtualMachine stored, VirtualMachineStatus status, CancellationToken cancellationToken)
    {
        var patch = new JsonObject();
        Difference.Add(patch, "status", stored.Status, status, KubeVirtJson.Default.VirtualMachineStatus);
        if (patch.Count == 0) return stored;
        try
        {
            return Seen(vms, await client.PatchAsync(KubeVirtTypes.Vm, stored, patch, "status", cancellationToken));
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            return stored; // deleted meanwhile; the watch is about to say so
        }
    }

    private async Task<VirtualMachine?> WriteVmAsync(VirtualMachine? before, VirtualMachine? after, CancellationToken cancellationToken)
    {
        if (before is null || after is null) return after;
        var patch = Finalizers(before.Metadata, after.Metadata);
        if (before.Spec.RunStrategy != after.Spec.RunStrategy || before.Spec.Running != after.Spec.Running)
        {
            patch["spec"] = after.Spec.RunStrategy is null
                ? new JsonObject { ["running"] = after.Spec.Running }
                : new JsonObject { ["runStrategy"] = after.Spec.RunStrategy };
        }

        if (patch.Count == 0) return after;
        var written = Seen(vms, await client.PatchAsync(KubeVirtTypes.Vm, before, patch, null, cancellationToken));
        return IsGone(written) ? null : written with { Status = after.Status };
    }

    private async Task<VirtualMachineInstance> CreateVmiAsync(VirtualMachineInstance wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CreateAsync(KubeVirtTypes.Vmi, wanted, false, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Created a moment ago, and not in the cache yet.
            if (await client.GetAsync(KubeVirtTypes.Vmi, ResourceKey.Of(wanted), cancellationToken) is { } existing) return existing;
            throw;
        }
    }

    private async Task<VirtualMachineInstance?> WriteVmiAsync(
        VirtualMachineInstance? before, VirtualMachineInstance? after, CancellationToken cancellationToken)
    {
        if (before is null || ReferenceEquals(before, after)) return after;
        if (after is { IsDeleting: true } && !before.IsDeleting)
        {
            await client.DeleteAsync(KubeVirtTypes.Vmi, before, cancellationToken);
            return await client.GetAsync(KubeVirtTypes.Vmi, ResourceKey.Of(before), cancellationToken);
        }

        var patch = Finalizers(before.Metadata, after?.Metadata ?? before.Metadata.Without(VirtualMachineInstance.Finalizer));
        if (after is not null)
        {
            if (!ReferenceEquals(before.Metadata.Labels, after.Metadata.Labels))
            {
                var label = VirtualMachineInstance.NodeNameLabel; // the only one that the rules change
                Metadata(patch)["labels"] = new JsonObject { [label] = after.Metadata.Labels![label] };
            }

            Difference.Add(patch, "status", before.Status, after.Status, KubeVirtJson.Default.VirtualMachineInstanceStatus);
        }

        if (patch.Count == 0) return after;
        try
        {
            var written = Seen(vmis, await client.PatchAsync(KubeVirtTypes.Vmi, before, patch, null, cancellationToken));
            return IsGone(written) ? null : written;
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            return null;
        }
    }

    private async Task<Migration?> WriteMigrationAsync(Migration before, Migration? after, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(before, after)) return after;
        try
        {
            if (after is { IsDeleting: true } && !before.IsDeleting)
            {
                await client.DeleteAsync(KubeVirtTypes.Migration, before, cancellationToken);
                return await client.GetAsync(KubeVirtTypes.Migration, ResourceKey.Of(before), cancellationToken);
            }

            var written = before;
            var status = new JsonObject();
            if (after is not null) Difference.Add(status, "status", before.Status, after.Status, KubeVirtJson.Default.MigrationStatus);
            if (status.Count > 0) written = await client.PatchAsync(KubeVirtTypes.Migration, written, status, "status", cancellationToken);
            var metadata = Finalizers(before.Metadata, after?.Metadata ?? before.Metadata.Without(Migration.Finalizer));
            if (metadata.Count > 0) written = await client.PatchAsync(KubeVirtTypes.Migration, written, metadata, null, cancellationToken);
            return IsGone(written) ? null : Seen(migrations, written);
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            return null;
        }
    }

    private static JsonObject Finalizers(ObjectMeta before, ObjectMeta after)
    {
        var patch = new JsonObject();
        if (ReferenceEquals(before.Finalizers, after.Finalizers)) return patch;
        Metadata(patch)["finalizers"] = new JsonArray([.. (after.Finalizers ?? []).Select(f => (JsonNode)f)]);
        return patch;
    }

    private static JsonObject Metadata(JsonObject patch)
    {
        if (patch["metadata"] is not JsonObject metadata) patch["metadata"] = metadata = [];
        return metadata;
    }

    private static bool IsGone(KubeVirtObject written) => written is { IsDeleting: true, Metadata.Finalizers: null or [] };

    private static T Seen<T>(IResourceCache<T> cache, T written)
        where T : class, IResource
    {
        cache.Observe(written);
        return written;
    }
}
