using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Targets;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Requests;

/// <summary>Carries one request to its end: reads, decides, acts, reports, once each per pass.</summary>
internal sealed class WakeRequestReconciler(
    IResourceCache<WakeRequest> requests,
    MachineFinder machines,
    IMachineOperations operations,
    RequestReporter reporter,
    ClusterClient client,
    OperatorMetrics metrics,
    TimeProvider time,
    ILogger<WakeRequestReconciler> logger) : IReconciler
{
    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (requests.Find(key) is not { Metadata.DeletionTimestamp: null } request) return Requeue.Never;
        if (request.IsFinished()) return await ExpireAsync(request, cancellationToken).ConfigureAwait(false);

        var began = time.GetUtcNow();
        var found = machines.Find(request);
        var plan = VerbTable.Decide(Situation(request, found));
        var (done, look, words) = await CarryOutAsync(plan, request, found, cancellationToken).ConfigureAwait(false);
        var reported = await reporter.ReportAsync(request, found, done, words, began, cancellationToken).ConfigureAwait(false);
        if (!reported.IsFinished()) return Requeue.After(Min(look, Deadline(request) - Age(request)));

        metrics.Finished(reported);
        logger.Finished(key, reported.Status!.Phase!.Value, reported.Status.Reason!.Value, reported.Status.Message);
        return await ExpireAsync(reported, cancellationToken).ConfigureAwait(false);
    }

    private Situation Situation(WakeRequest request, IReadOnlyList<Machine> found)
    {
        var machine = found is [var one] ? one : null;
        var status = request.Status;
        return new(
            // Until policies give other meanings to some frames, every magic packet means what the rest of the world means by it.
            request.Spec.Action ?? WakeAction.Wake,
            found.Count,
            machine?.State ?? MachineState.Unknown,
            machine?.IsReady ?? false,
            status?.Observed is null && machine?.State == MachineState.Running,
            status?.Operation ?? WakeOperation.None,
            status?.IssuedAt is { } issued ? time.GetUtcNow() - issued : TimeSpan.Zero,
            Age(request),
            Deadline(request));
    }

    private TimeSpan Age(WakeRequest request) => time.GetUtcNow() - (request.Metadata.CreationTimestamp ?? time.GetUtcNow());

    private static TimeSpan Deadline(WakeRequest request) =>
        TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Does what the plan says. Returns what has come of it, the time to look again, and KubeVirt's words if it had any.</summary>
    private async Task<(Plan Done, TimeSpan Look, string? Words)> CarryOutAsync(
        Plan plan, WakeRequest request, IReadOnlyList<Machine> found, CancellationToken cancellationToken)
    {
        switch (plan)
        {
            case Plan.Wait wait:
                return (wait, wait.Look, null);
            case Plan.Act act:
                var machine = ResourceKey.Of(found[0].Object);
                var outcome = await operations.IssueAsync(act.Operation, machine, cancellationToken).ConfigureAwait(false);
                logger.Issued(act.Operation, machine, ResourceKey.Of(request), outcome);
                // The older a request, the calmer it asks again.
                var soon = TimeSpan.FromMilliseconds(Math.Clamp(Age(request).TotalMilliseconds / 4, 250, VerbTable.LookAgain.TotalMilliseconds));
                return outcome switch
                {
                    OperationOutcome.Accepted => (act, VerbTable.LookAgain, null),
                    OperationOutcome.Outdated outdated => (new Plan.Wait(act.Reason, soon), soon, outdated.Message),
                    OperationOutcome.Unavailable away => 
                        (new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), away.RetryAfter > soon ? away.RetryAfter.Value : soon, away.Message),
                    OperationOutcome.Forbidden forbidden => (new Plan.Refuse(WakeReason.Forbidden), default, forbidden.Message),
                    OperationOutcome.Refused refused => (new Plan.Refuse(WakeReason.Refused), default, refused.Message),
                    _ => throw new InvalidOperationException($"an outcome without a consequence: {outcome}"),
                };
            default:
                return (plan, default, null);
        }
    }

    /// <summary>Deletes a finished request once its time to live is over.</summary>
    private async Task<Requeue> ExpireAsync(WakeRequest request, CancellationToken cancellationToken)
    {
        var finished = request.Status?.CompletedAt ?? request.Metadata.CreationTimestamp ?? time.GetUtcNow();
        var left = finished + TimeSpan.FromSeconds(request.Spec.TtlSecondsAfterFinished ?? WakeRequestSpec.DefaultTtlSeconds) - time.GetUtcNow();
        if (left > TimeSpan.Zero) return Requeue.After(left);
        await client.DeleteAsync(WakeRequest.Type, ResourceKey.Of(request), request.Metadata.Uid!, cancellationToken).ConfigureAwait(false);
        return Requeue.Never;
    }
}
