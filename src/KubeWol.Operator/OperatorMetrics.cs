using KubeWol.Api.V1Alpha1;
using Prometheus;

namespace KubeWol.Operator;

/// <summary>All figures of the operator. Labels are bounded: never an address or a name.</summary>
internal sealed class OperatorMetrics
{
    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _eventsDropped;

    public OperatorMetrics(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        _requests = metrics.CreateCounter("kubewol_requests_total", "WakeRequests that came to their end, by action, phase and reason.", ["action", "phase", "reason"]);
        _duration = metrics.CreateHistogram("kubewol_request_duration_seconds", "Time from the frame (or from the request's creation, where nobody heard a frame) to a stage.",
            ["action", "stage"], new HistogramConfiguration { Buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300] });
        _eventsDropped = metrics.CreateCounter("kubewol_events_dropped_total", "Kubernetes Events that could not be written.");
        foreach (var phase in (WakePhase[])[WakePhase.Succeeded, WakePhase.Failed])
        {
            foreach (var reason in Enum.GetValues<WakeReason>().Where(r => IsFinal(r) && (r is WakeReason.Started or WakeReason.Unpaused or WakeReason.AlreadyActive) == (phase == WakePhase.Succeeded)))
            {
                _requests.WithLabels(nameof(WakeAction.Wake), phase.ToString(), reason.ToString());
            }
        }
    }

    public void Finished(WakeRequest request)
    {
        var status = request.Status!;
        var action = status.Action.ToString()!;
        _requests.WithLabels(action, status.Phase.ToString()!, status.Reason.ToString()!).Inc();
        var from = request.Spec.Frame?.CapturedAt ?? request.Metadata.CreationTimestamp;
        if (status.IssuedAt - from is { } issued) _duration.WithLabels(action, "issued").Observe(Math.Max(0, issued.TotalSeconds));
        if (status is { Phase: WakePhase.Succeeded } && status.CompletedAt - from is { } done) _duration.WithLabels(action, "completed").Observe(Math.Max(0, done.TotalSeconds));
    }

    public void EventDropped() => _eventsDropped.Inc();

    private static bool IsFinal(WakeReason reason) => reason is WakeReason.Started or WakeReason.Unpaused or WakeReason.AlreadyActive or WakeReason.UnknownTarget
        or WakeReason.AmbiguousTarget or WakeReason.TargetTerminating or WakeReason.NotStartable or WakeReason.Refused or WakeReason.Forbidden
        or WakeReason.DeadlineExceeded or WakeReason.UnsupportedAction;
}
