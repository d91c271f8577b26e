using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.KubeVirt;

/// <summary>Makes machines by KubeVirt's VirtualMachineClone (pkg/virt-controller/watch/clone): snapshot, restore, new machine, all by KubeVirt.</summary>
internal sealed class CloneOperations(ClusterClient client, TemplateSources sources)
{
    /// <summary>The clones that have been asked for on behalf of a template and have not ended.</summary>
    public async Task<IReadOnlyList<VirtualMachineClone>> UnderWayAsync(WakeTemplate template, CancellationToken cancellationToken) =>
        [.. (await LabelledList.ReadAsync(client, VirtualMachineClone.Type, ApiJson.Default.VirtualMachineClone, template, cancellationToken).ConfigureAwait(false))
            .Where(c => c.Status?.Phase != "Succeeded")];

    /// <summary>Asks for a clone. Its name is the machine's, so that asking twice asks once.</summary>
    public async Task<OperationOutcome> CreateAsync(Instantiation wanted, string requestUid, CancellationToken cancellationToken)
    {
        var (machine, problem) = await sources.CloneSourceAsync(wanted.Template, cancellationToken).ConfigureAwait(false);
        if (machine is null) return InstantiateOperations.NotUsable(wanted, problem!);
        var clone = Clone(wanted, machine, requestUid);
        try
        {
            await client.CreateAsync(VirtualMachineClone.Type, clone, cancellationToken).ConfigureAwait(false);
            return InstantiateOperations.Accepted(wanted, null);
        }
        catch (ApiException e) when (e is { IsConflict: true, Reason: "AlreadyExists" })
        {
            return new OperationOutcome.Outdated($"the VirtualMachineClone {clone.Metadata.Name} of an earlier machine has not gone yet");
        }
        catch (ApiException e) when (e is { IsNotFound: true, Reason: not "NotFound" })
        {
            return InstantiateOperations.NotUsable(wanted, TemplateSources.NotServed(VirtualMachineClone.GroupVersion));
        }
    }

    /// <summary>Looks how a clone goes that somebody has asked for; one that will come to nothing is taken away again.</summary>
    public async Task<OperationOutcome> FollowAsync(VirtualMachineClone clone, Instantiation wanted, string? requestUid, CancellationToken cancellationToken)
    {
        var mine = InstanceMarks.IsMadeFor(clone.Metadata, requestUid);
        if (clone.Metadata.DeletionTimestamp is not null) return new OperationOutcome.Outdated($"the VirtualMachineClone {clone.Metadata.Name} is being deleted");
        var ready = clone.Status?.Conditions?.FirstOrDefault(c => c.Type == "Ready");
        if (clone.Status?.Phase == "Failed")
        {
            await DeleteAsync(clone, cancellationToken).ConfigureAwait(false);
            var why = ready?.Message is { Length: > 0 } message ? message : ready?.Reason ?? "it gives no reason";
            return mine ? new OperationOutcome.Refused(WakeReason.Refused, $"the clone failed: {why}") : new OperationOutcome.Outdated($"an earlier clone failed: {why}");
        }

        // KubeVirt waits for a source that is gone as long as it takes; the request does not.
        if (mine && (await sources.CloneSourceAsync(wanted.Template, cancellationToken).ConfigureAwait(false)).Problem is { Reason: TemplateReason.SourceNotFound } gone)
        {
            await DeleteAsync(clone, cancellationToken).ConfigureAwait(false);
            return InstantiateOperations.NotUsable(wanted, gone.Words);
        }

        return mine ? InstantiateOperations.Accepted(wanted, null) : new OperationOutcome.Outdated($"{wanted.Name} is being cloned for another request");
    }

    /// <summary>Takes away the clone that a request has asked for, unless it is done.</summary>
    public async Task CancelAsync(ResourceKey machine, string? requestUid, CancellationToken cancellationToken)
    {
        var clone = await client.GetAsync(VirtualMachineClone.Type, new(machine.Namespace, NameOf(machine.Name)), cancellationToken).ConfigureAwait(false);
        if (clone is not null && clone.Status?.Phase != "Succeeded" && InstanceMarks.IsMadeFor(clone.Metadata, requestUid))
        {
            await DeleteAsync(clone, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string NameOf(string machine) => $"kubewol-{machine}";

    private Task<bool> DeleteAsync(VirtualMachineClone clone, CancellationToken cancellationToken) =>
        client.DeleteAsync(VirtualMachineClone.Type, ResourceKey.Of(clone), clone.Metadata.Uid!, cancellationToken);

    private static VirtualMachineClone Clone(Instantiation wanted, JsonNode machine, string requestUid)
    {
        var (template, source) = (wanted.Template, wanted.Template.Spec.CloneOf!);
        var labels = (machine["metadata"]?["labels"] as JsonObject)?.ToDictionary(l => l.Key, l => (string?)l.Value ?? "") ?? [];
        var annotation = InstanceMarks.CreatedByAnnotation.Replace("/", "~1", StringComparison.Ordinal);
        return new()
        {
            Metadata = new()
            {
                Namespace = template.Metadata.Namespace,
                Name = NameOf(wanted.Name),
                Labels = new Dictionary<string, string> { [InstanceMarks.ManagedByLabel] = InstanceMarks.ManagedBy, [InstanceMarks.TemplateLabel] = template.Metadata.Name },
                Annotations = new Dictionary<string, string> { [InstanceMarks.CreatedByAnnotation] = requestUid },
            },
            Spec = new()
            {
                Source = source.Kind == CloneSourceKind.VirtualMachineSnapshot
                    ? new("snapshot.kubevirt.io", "VirtualMachineSnapshot", source.Name)
                    : new("kubevirt.io", "VirtualMachine", source.Name),
                Target = new("kubevirt.io", "VirtualMachine", wanted.Name),
                NewMacAddresses = new Dictionary<string, string> { [template.Spec.Interface ?? MachineDocument.InterfaceNames(machine).First()] = wanted.Address.ToString() },
                // The labels as a whole, for a machine may have none to add to. Not so the annotations: KubeVirt's restore has put one there by then that
                // it needs afterwards (setLastRestoreAnnotation, pkg/storage/snapshot/restore.go).
                Patches = [Add("/metadata/labels", MachineDocument.Labels(wanted, labels)), Add($"/metadata/annotations/{annotation}", requestUid)],
            },
        };
    }

    private static string Add(string path, JsonNode value) => new JsonObject { ["op"] = "add", ["path"] = path, ["value"] = value }.ToJsonString();
}
