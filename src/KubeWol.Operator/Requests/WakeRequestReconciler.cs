using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Policies;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Requests;

/// <summary>Carries one request to its end: reads, decides, acts, reports, once each per pass.</summary>
internal sealed class WakeRequestReconciler(
    IResourceCache<WakeRequest> requests,
    RequestReader reader,
    SubjectGate gate,
    IMachineOperations operations,
    RequestReporter reporter,
    RateMeter meter,
    Lifetimes lifetimes,
    ClusterClient client,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger<WakeRequestReconciler> logger) : IReconciler
{
    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { Metadata.DeletionTimestamp: null } request) return Requeue.Never;
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

        return request is null ? Requeue.Never : await ExpireAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(WakeRequest Reported, TimeSpan Look)> PassAsync(WakeRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var reading = reader.Read(request);
        var plan = VerbTable.Decide(reading.Situation);
        var deed = await CarryOutAsync(plan, reading, cancellationToken).ConfigureAwait(false);
        var reported = await reporter.ReportAsync(reading, deed, began, cancellationToken).ConfigureAwait(false);
        if (reported.IsFinished())
        {
            meter.Forget(reported);
            metrics.Finished(reported);
            logger.Finished(ResourceKey.Of(reported), reported.Status!.Phase!.Value, reported.Status.Reason!.Value, reported.Status.Message);
        }

        // Past its deadline a request only lives on while its migration cannot be cancelled.
        var left = reading.Situation.Deadline - reader.Age(request);
        return (reported, plan is Plan.Refuse || deed.Look < left ? deed.Look : left);
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

        var order = new Order(operation, reading.Request, reading.Intent, reading.Machine);
        var outcome = await operations.IssueAsync(order, cancellationToken).ConfigureAwait(false);
        logger.Issued(operation, reading.Machine is null ? default : order.Key, ResourceKey.Of(reading.Request), outcome);
        // The older a request, the calmer it asks again.
        var soon = TimeSpan.FromMilliseconds(Math.Clamp(reader.Age(reading.Request).TotalMilliseconds / 4, 250, VerbTable.LookAgain.TotalMilliseconds));
        return outcome switch
        {
            OperationOutcome.Accepted accepted => new(plan, VerbTable.LookAgain) { Issued = operation, Created = accepted.Created },
            OperationOutcome.Refused { Reason: WakeReason.Forbidden } denied when plan is not Plan.Refuse && !IsSettled(reading) =>
                new(new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), soon) { Words = denied.Message },
            OperationOutcome.Refused refused => new(plan is Plan.Refuse ? plan : new Plan.Refuse(refused.Reason), default) { Words = refused.Message },
            OperationOutcome.Outdated when plan is Plan.Refuse => new(plan, default), // nothing left to cancel
            OperationOutcome.Outdated outdated => new(new Plan.Wait(plan.Reason, soon), soon) { Words = outdated.Message },
            OperationOutcome.Unavailable away =>
                new(new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), away.RetryAfter > soon ? away.RetryAfter.Value : soon) { Words = away.Message },
            _ => throw new InvalidOperationException($"an outcome without a consequence: {outcome}"),
        };
    }

    /// <summary>Whether a denial is meant. An API server that has just started denies everything until it has read its roles: it is asked once more, later.</summary>
    private bool IsSettled(Reading reading) =>
        reading.Request.Status?.Reason == WakeReason.WaitingForKubeVirt && reader.Age(reading.Request) >= VerbTable.DeniedTime;

    /// <summary>Deletes a finished request once its time to live is over.</summary>
    private async Task<Requeue> ExpireAsync(WakeRequest request, CancellationToken cancellationToken)
    {
        var finished = request.Status?.CompletedAt ?? request.Metadata.CreationTimestamp ?? time.GetUtcNow();
        var left = finished + lifetimes.Of(request) - time.GetUtcNow();
        if (left > TimeSpan.Zero) return Requeue.After(left);
        await client.DeleteAsync(WakeRequest.Type, ResourceKey.Of(request), request.Metadata.Uid!, cancellationToken).ConfigureAwait(false);
        return Requeue.Never;
    }
}
