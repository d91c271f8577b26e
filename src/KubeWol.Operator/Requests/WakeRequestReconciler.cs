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

        var found = machines.Find(request);
        var plan = VerbTable.Decide(Situation(request, found));
        var (next, look, words) = await CarryOutAsync(plan, request, found, cancellationToken).ConfigureAwait(false);
        var reported = await reporter.ReportAsync(request, found, plan, next, words, cancellationToken).ConfigureAwait(false);
        if (!reported.IsFinished()) return Requeue.After(look);

        metrics.Finished(reported);
        logger.Finished(key, reported.Status!.Phase!.Value, reported.Status.Reason!.Value, reported.Status.Message);
        return await ExpireAsync(reported, cancellationToken).ConfigureAwait(false);
    }

    private Situation Situation(WakeRequest request, IReadOnlyList<Machine> found)
    {
        var now = time.GetUtcNow();
        var machine = found is [var one] ? one : null;
        var status = request.Status;
        return new(
            // Until policies give other meanings to some frames, every magic packet means what the rest of the world means by it.
            request.Spec.Action ?? WakeAction.Wake,
            found.Count,
            machine?.State ?? MachineState.Unknown,
            machine?.IsReady ?? false,
            status?.Observed?.Before is { } before ? before == "Running" : machine?.State == MachineState.Running,
            status?.Operation ?? WakeOperation.None,
            status?.IssuedAt is { } issued ? now - issued : TimeSpan.Zero,
            now - (request.Metadata.CreationTimestamp ?? now),
            TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds));
    }

    /// <summary>Does what the plan says. What is left to do is a plan without an action, the time to look again, and KubeVirt's words if it had any.</summary>
    private async Task<(Plan Next, TimeSpan Look, string? Words)> CarryOutAsync(Plan plan, WakeRequest request, IReadOnlyList<Machine> found, CancellationToken cancellationToken)
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
                var age = time.GetUtcNow() - (request.Metadata.CreationTimestamp ?? time.GetUtcNow());
                var soon = TimeSpan.FromMilliseconds(Math.Clamp(age.TotalMilliseconds / 4, 250, VerbTable.LookAgain.TotalMilliseconds));
                return outcome switch
                {
                    OperationOutcome.Accepted => (act, VerbTable.LookAgain, null),
                    OperationOutcome.Outdated outdated => (new Plan.Wait(act.Reason, soon), soon, outdated.Message),
                    OperationOutcome.Unavailable away => (new Plan.Wait(WakeReason.WaitingForKubeVirt, soon), away.RetryAfter ?? soon, away.Message),
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
