using System.Text;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.KubeVirt;

/// <summary>
/// Creates machines from templates. The name follows from template and address, so the API server itself sees to it that there is one; creating again
/// what was created before is how a restarted operator, or one whose clone takes its time, finds out what became of it.
/// </summary>
internal sealed class InstantiateOperations(ClusterClient client, TemplateFinder templates, TemplateSources sources, CloneOperations clones)
{
    private readonly SubjectGate _gate = new();

    public async Task<OperationOutcome> CreateAsync(Order order, CancellationToken cancellationToken)
    {
        var (claim, wanted) = templates.Find(order.Request, order.Intent.Instantiate);
        if (wanted is null) return new OperationOutcome.Outdated(claim.Words ?? "there is no template any more");

        // One at a time for each template, and counted at the API server: who comes next counts what the one before has made.
        using var turn = await _gate.EnterAsync(ResourceKey.Of(wanted.Template).ToString(), cancellationToken).ConfigureAwait(false);
        // Clones first: one that is done between the two readings is counted as its machine, the other way round as neither.
        IReadOnlyList<VirtualMachineClone> underWay = wanted.Template.Spec.CloneOf is null ? []
            : await clones.UnderWayAsync(wanted.Template, cancellationToken).ConfigureAwait(false);
        var machines = await LabelledList.ReadAsync(client, VirtualMachine.Type, ApiJson.Default.VirtualMachine, wanted.Template, cancellationToken).ConfigureAwait(false);
        if (machines.FirstOrDefault(m => m.Metadata.Name == wanted.Name) is { } existing) return Judge(existing, wanted, order.Request);
        if (underWay.FirstOrDefault(c => c.Spec?.Target?.Name == wanted.Name) is { } clone)
        {
            return await clones.FollowAsync(clone, wanted, order.Request.Metadata.Uid, cancellationToken).ConfigureAwait(false);
        }

        if (MadeBefore(order.Request) is not null) return Vanished(wanted);
        var count = machines.Select(m => m.Metadata.Name).Union(underWay.Select(c => c.Spec?.Target?.Name ?? "")).Count();
        var most = wanted.Template.Spec.MaxInstances ?? WakeTemplateSpec.DefaultMaxInstances;
        return count >= most
            ? new OperationOutcome.Refused(WakeReason.TooManyInstances, $"{Title(wanted)} has {count} machines and may have {most}; delete one, or raise maxInstances")
            : await MakeAsync(wanted, order.Request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes back what is only half done. A machine that is there is whole, and stays.</summary>
    public Task CancelAsync(Order order, CancellationToken cancellationToken)
    {
        var wanted = templates.Find(order.Request, order.Intent.Instantiate).Wanted;
        if (wanted is { Template.Spec.CloneOf: null }) return Task.CompletedTask;
        // An answer that was lost has named no machine.
        var (ns, name) = order.Request.Status?.VirtualMachine is { } known ? (known.Namespace, known.Name) : (wanted?.Template.Metadata.Namespace, wanted?.Name);
        return name is null ? Task.CompletedTask : clones.CancelAsync(new(ns, name), order.Request.Metadata.Uid, cancellationToken);
    }

    internal static OperationOutcome.Refused NotUsable(Instantiation wanted, string words) =>
        new(WakeReason.TemplateNotUsable, $"{Title(wanted)} cannot be used: {words}");

    internal static OperationOutcome.Refused NotUsable(Instantiation wanted, TemplateProblem problem) =>
        NotUsable(wanted, problem.Words) with { MayBePremature = problem.Reason == TemplateReason.NotServed };

    internal static OperationOutcome.Accepted Accepted(Instantiation wanted, string? uid) =>
        new() { Created = new() { Namespace = wanted.Template.Metadata.Namespace, Name = wanted.Name, Uid = uid } };

    private async Task<OperationOutcome> MakeAsync(Instantiation wanted, WakeRequest request, CancellationToken cancellationToken)
    {
        var uid = request.Metadata.Uid!;
        if (wanted.Template.Spec.CloneOf is not null) return await clones.CreateAsync(wanted, uid, cancellationToken).ConfigureAwait(false);
        if (wanted.Template.Spec.VirtualMachine is not null) return await PostAsync(MachineDocument.Inline(wanted, uid), wanted, request, cancellationToken).ConfigureAwait(false);

        var (processed, problem) = await sources.ProcessAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (problem is not null) return NotUsable(wanted, problem);
        var (machine, mistake) = MachineDocument.Processed(wanted, processed, uid);
        return machine is null ? NotUsable(wanted, mistake!) : await PostAsync(machine, wanted, request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OperationOutcome> PostAsync(JsonObject machine, Instantiation wanted, WakeRequest request, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(wanted.Template.Metadata.Namespace, wanted.Name);
        try
        {
            var answer = await client.SendAsync(HttpMethod.Post, VirtualMachine.Type.Path(key.Namespace), Encoding.UTF8.GetBytes(machine.ToJsonString()), null, cancellationToken)
                .ConfigureAwait(false);
            return Accepted(wanted, (string?)JsonNode.Parse(answer)?["metadata"]?["uid"]);
        }
        catch (ApiException e) when (e is { IsConflict: true, Reason: "AlreadyExists" })
        {
            var other = await client.GetAsync(VirtualMachine.Type, key, cancellationToken).ConfigureAwait(false);
            return other is null ? new OperationOutcome.Outdated($"{key} has just gone") : Judge(other, wanted, request);
        }
    }

    /// <summary>What it means that there is a machine of this name.</summary>
    private static OperationOutcome Judge(VirtualMachine existing, Instantiation wanted, WakeRequest request) => existing switch
    {
        { Metadata.DeletionTimestamp: not null } => new OperationOutcome.Outdated($"{ResourceKey.Of(existing)} is still being deleted"),
        _ when InstanceMarks.IsMadeFor(existing.Metadata, request.Metadata.Uid) => Accepted(wanted, existing.Metadata.Uid),
        _ when MadeBefore(request) is { } made && made != existing.Metadata.Uid => Vanished(wanted),
        // Another request for the same address was first; the watch shows its machine in a moment.
        _ when InstanceMarks.TemplateOf(existing) == ResourceKey.Of(wanted.Template) && MacAddresses.Of(existing).Contains(wanted.Address) =>
            new OperationOutcome.Outdated($"{ResourceKey.Of(existing)} has just been created for another request"),
        _ => NotUsable(wanted, $"the name {ResourceKey.Of(existing)} is taken by a VirtualMachine that it did not make for this address; delete that, or set nameTemplate"),
    };

    /// <summary>The machine that the request is known to have made: it is not made twice, whoever took it away since.</summary>
    private static string? MadeBefore(WakeRequest request) => request.Status is { Created: true, VirtualMachine.Uid: { } uid } ? uid : null;

    private static OperationOutcome.Refused Vanished(Instantiation wanted) =>
        new(WakeReason.TargetVanished, $"{wanted.Template.Metadata.Namespace}/{wanted.Name} has been deleted since it was created");

    private static string Title(Instantiation wanted) => $"WakeTemplate {ResourceKey.Of(wanted.Template)}";
}
