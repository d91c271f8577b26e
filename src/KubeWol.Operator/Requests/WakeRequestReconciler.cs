using System.Collections.Concurrent;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Events;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Targets;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Requests;

/// <summary>Carries one request to its end: reads, decides, acts, reports, once each per pass.</summary>
internal sealed class WakeRequestReconciler(
    IResourceCache<WakeRequest> requests,
    RequestReader reader,
    SubjectGate gate,
    IMachineOperations operations,
    MigrationOperations migrations,
    RequestReporter reporter,
    EventRecorder events,
    RateMeter meter,
    Lifetimes lifetimes,
    ClusterClient client,
    ITenure tenure,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger<WakeRequestReconciler> logger) : IReconciler
{
    /// <summary>What is about to be reported as finished, with the machines that were meant: the report may arrive and its answer be lost, and the end is to be told once all the same.</summary>
    private readonly ConcurrentDictionary<ResourceKey, (string? Uid, IReadOnlyList<Machine> Found)> _untold = new();

    /// <summary>What was done and could not be reported, with the version of the request that does not say so: done once is done, whoever else is told.</summary>
    private readonly ConcurrentDictionary<ResourceKey, (string? Version, WakeRequestStatus Status)> _unreported = new();

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { Metadata.DeletionTimestamp: null } request)
        {
            _untold.TryRemove(key, out _);
            _unreported.TryRemove(key, out _);
            return Requeue.Never;
        }

        if (!request.IsFinished())
        {
            using var turn = await gate.EnterAsync(reader.Subject(request), cancellationToken).ConfigureAwait(false);
            request = requests.Find(key);
            if (request is { Metadata.DeletionTimestamp: null } && !request.IsFinished())
            {
                (request, var look) = await PassAsync(request, cancellationToken).ConfigureAwait(false);
                if (!request.IsFinished()) return Requeue.After(look);
            }
        }

        if (request is null) return Requeue.Never;
        Tell(request);
        return await ExpireAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(WakeRequest Reported, TimeSpan Look)> PassAsync(WakeRequest stored, CancellationToken cancellationToken)
    {
        var (began, key) = (time.GetUtcNow(), ResourceKey.Of(stored));
        var request = _unreported.TryGetValue(key, out var done) && done.Version == stored.Metadata.ResourceVersion ? stored with { Status = done.Status } : stored;
        var reading = reader.Read(request);
        // What a watch that is far behind does not show is not gone for that.
        if (reading.IsMigrationMissing
            && await migrations.ReadAsync(request, reading.Machine!.Object.Metadata.Namespace, cancellationToken).ConfigureAwait(false) is { } migration)
        {
            reading = reader.Read(request, migration);
        }

        var plan = VerbTable.Decide(reading.Situation);
        var deed = await CarryOutAsync(plan, reading, cancellationToken).ConfigureAwait(false);
        if (deed.Plan is Plan.Done or Plan.Refuse) _untold[key] = (request.Metadata.Uid, reading.Found);
        var status = reporter.StatusAfter(reading, deed, began);
        if (deed.Issued != WakeOperation.None) _unreported[key] = (stored.Metadata.ResourceVersion, status);
        var reported = await reporter.ReportAsync(stored, status, cancellationToken).ConfigureAwait(false);
        _unreported.TryRemove(key, out _);

        // Past its deadline a request only lives on while its migration cannot be cancelled.
        var left = reading.Situation.Deadline - reader.Age(request);
        return (reported, plan is Plan.Refuse || deed.Look < left ? deed.Look : left);
    }

    /// <summary>Tells the end of a request to everybody, once.</summary>
    private void Tell(WakeRequest request)
    {
        if (!_untold.TryRemove(ResourceKey.Of(request), out var end) || end.Uid != request.Metadata.Uid) return;
        // Nobody's wish came to nothing when another node's request counts.
        if (request.Status!.Reason != WakeReason.SameBroadcast) events.Finished(request, end.Found);
        meter.Forget(request);
        metrics.Finished(request);
        logger.Finished(ResourceKey.Of(request), request.Status.Phase!.Value, request.Status.Reason!.Value, request.Status.Message);
    }

    /// <summary>Does what the plan says.</summary>
    private async Task<Deed> CarryOutAsync(Plan plan, Reading reading, CancellationToken cancellationToken)
    {
        var operation = plan switch
        {
            Plan.Act act => act.Operation,
            Plan.Refuse { CancelMigration: true } => WakeOperation.CancelMigration,
            Plan.Refuse { CancelCreation: true } => WakeOperation.CancelCreation,
            _ => WakeOperation.None,
        };
        if (operation == WakeOperation.None) return new(plan, (plan as Plan.Wait)?.Look ?? default);

        // A status written on an old version is refused, but by then what it reports is done: the last leader may have done and said so, and our watch may be about to tell.
        if (tenure.IsFromBefore(reading.Request.Metadata)) await reporter.ConfirmAsync(reading.Request, cancellationToken).ConfigureAwait(false);
        var order = new Order(operation, reading.Request, reading.Intent, reading.Machine);
        var outcome = await operations.IssueAsync(order, cancellationToken).ConfigureAwait(false);
        logger.Issued(operation, reading.Machine is null ? default : order.Key, ResourceKey.Of(reading.Request), outcome);
        // The older a request, the calmer it asks again.
        var soon = TimeSpan.FromMilliseconds(Math.Clamp(reader.Age(reading.Request).TotalMilliseconds / 4, 250, VerbTable.LookAgain.TotalMilliseconds));
        return outcome switch
        {
            OperationOutcome.Accepted accepted => new(plan, VerbTable.LookAgain) { Issued = operation, Created = accepted.Created },
            OperationOutcome.Refused { MayBePremature: true } denied when !IsSettled(plan, reading) =>
                new(new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), soon) { Words = denied.Message },
            OperationOutcome.Refused refused => new(plan is Plan.Refuse ? plan : new Plan.Refuse(refused.Reason), default) { Words = refused.Message },
            // Who is asked to cancel does not serve the kind, or not yet; what is merely gone is no error.
            OperationOutcome.Outdated absent when plan is Plan.Refuse =>
                new(IsSettled(plan, reading) ? plan : new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), soon) { Words = absent.Message },
            OperationOutcome.Outdated outdated => new(new Plan.Wait(plan.Reason, soon), soon) { Words = outdated.Message },
            // Taken for done until the machine shows what is true: asking again blindly might undo what somebody has done since.
            OperationOutcome.Unanswered lost => new(new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), soon) { Issued = IsShownByMachine(operation) ? operation : WakeOperation.None, Words = lost.Message },
            OperationOutcome.Unavailable away =>
                new(new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), away.RetryAfter > soon ? away.RetryAfter.Value : soon) { Words = away.Message },
            _ => throw new InvalidOperationException($"an outcome without a consequence: {outcome}"),
        };
    }

    /// <summary>Whether the machine itself shows that it was done. A migration and a new machine have names of their own, and asking twice asks once.</summary>
    private static bool IsShownByMachine(WakeOperation operation) =>
        operation is WakeOperation.Start or WakeOperation.Stop or WakeOperation.Pause or WakeOperation.Unpause or WakeOperation.Place or WakeOperation.Delete;

    /// <summary>Whether a denial is meant. An API server that has just started denies everything until it has read its roles, and serves no custom kinds: it is asked once more, later; what is cancelled is old already.</summary>
    private bool IsSettled(Plan plan, Reading reading) => reading.Request.Status?.Reason == WakeReason.WaitingForKubeVirt
        && reader.Age(reading.Request) - (plan is Plan.Refuse ? reading.Situation.Deadline : default) >= VerbTable.DeniedTime;

    /// <summary>Deletes a finished request once its time to live is over.</summary>
    private async Task<Requeue> ExpireAsync(WakeRequest request, CancellationToken cancellationToken)
    {
        var finished = request.Status?.CompletedAt ?? request.Metadata.CreationTimestamp ?? time.GetUtcNow();
        var left = finished + lifetimes.Of(request) - time.GetUtcNow();
        if (left > TimeSpan.Zero) return Requeue.After(left);
        // Not gone by us: the watch is about to say that it is, or the server erred.
        var isDeleted = await client.DeleteAsync(WakeRequest.Type, ResourceKey.Of(request), request.Metadata.Uid!, cancellationToken).ConfigureAwait(false);
        return isDeleted ? Requeue.Never : Requeue.After(VerbTable.LookAgain);
    }
}
