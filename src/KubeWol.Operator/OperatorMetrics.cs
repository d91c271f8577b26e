using KubeWol.Api.V1Alpha1;
using Prometheus;

namespace KubeWol.Operator;

/// <summary>All figures that only the operator has. Labels are bounded: never an address or a name.</summary>
internal sealed class OperatorMetrics
{
    private const string Issued = "issued";
    private const string Completed = "completed";
    private const string Ready = "Ready";
    private const string NotReady = "NotReady";

    /// <summary>How each action can end well; every action can end badly in most ways.</summary>
    private static readonly Dictionary<WakeAction, WakeReason[]> Succeeded = new()
    {
        [WakeAction.Wake] = [WakeReason.Started, WakeReason.Unpaused, WakeReason.AlreadyActive, WakeReason.Instantiated],
        [WakeAction.Sleep] = [WakeReason.Paused, WakeReason.Stopped, WakeReason.AlreadyInactive],
        [WakeAction.Move] = [WakeReason.Moved, WakeReason.Placed, WakeReason.AlreadyThere],
        [WakeAction.Instantiate] = [WakeReason.Instantiated, WakeReason.Started, WakeReason.Unpaused, WakeReason.AlreadyActive],
        [WakeAction.Destroy] = [WakeReason.Destroyed, WakeReason.AlreadyGone],
    };

    /// <summary>How policies refuse a frame.</summary>
    private static readonly WakeReason[] NotAllowed =
    [
        WakeReason.AmbiguousMessage, WakeReason.VerbNotAllowed, WakeReason.OriginNotAllowed, WakeReason.ProofMissing, WakeReason.WrongPassword, WakeReason.BadSignature,
        WakeReason.StaleCommand, WakeReason.ReplayedCommand, WakeReason.RateLimited,
    ];

    private static readonly WakeReason[] Failed =
    [
        WakeReason.UnknownTarget, WakeReason.AmbiguousTarget, WakeReason.TargetTerminating, WakeReason.TargetVanished, WakeReason.Superseded, WakeReason.SameBroadcast,
        WakeReason.Refused, WakeReason.Forbidden, WakeReason.DeadlineExceeded, WakeReason.DeliveredTooLate, .. NotAllowed,
    ];

    private static readonly Dictionary<WakeAction, WakeReason[]> FailedOnly = new()
    {
        [WakeAction.Wake] = Creating,
        [WakeAction.Sleep] = [WakeReason.UnsupportedAction], // the sleep mode of a newer version
        [WakeAction.Move] = [WakeReason.NotMigratable, WakeReason.MigrationFailed, WakeReason.NodeNotFound, WakeReason.NodeNotSchedulable, WakeReason.PlacementConflict],
        [WakeAction.Instantiate] = Creating,
        [WakeAction.Destroy] = [],
    };

    private readonly CollectorRegistry _registry;
    private readonly Counter _requests;
    private readonly Histogram _duration;
    private readonly Counter _eventsDropped;
    private readonly Counter _indexWrites;
    private readonly Gauge _indexAddresses;
    private readonly Gauge _indexBytes;
    private readonly Gauge _indexLag;
    private readonly Gauge _agents;

    public OperatorMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        var metrics = Metrics.WithCustomRegistry(registry);
        _requests = metrics.CreateCounter(
            "kubewol_requests_total", "WakeRequests that came to their end, by action, phase and reason.", ["action", "phase", "reason"]);
        _duration = metrics.CreateHistogram(
            "kubewol_request_duration_seconds", "Time from the frame (or from the request's creation, where nobody heard a frame) to a stage.",
            ["action", "stage"], new HistogramConfiguration { Buckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300] });
        _eventsDropped = metrics.CreateCounter("kubewol_events_dropped_total", "Kubernetes Events that could not be written.");
        _indexWrites = metrics.CreateCounter("kubewol_index_writes_total", "Writes of ConfigMaps with the addresses of machines, for agents.");
        _indexAddresses = metrics.CreateGauge("kubewol_index_addresses", "MAC addresses of machines that agents listen for.");
        _indexBytes = metrics.CreateGauge("kubewol_index_bytes", "Octets in which they are published.");
        _indexLag = metrics.CreateGauge("kubewol_index_lag_seconds", "Age of the oldest change of these addresses that is not published yet; 0 when all are, and on a standby.");
        _agents = metrics.CreateGauge("kubewol_agents", "Agents that the cluster has a pod for, by whether they are ready.", ["state"]);
        foreach (var state in (string[])[Ready, NotReady]) _agents.WithLabels(state);
        foreach (var (action, reasons) in Succeeded)
        {
            foreach (var reason in reasons) _requests.WithLabels(action.ToString(), nameof(WakePhase.Succeeded), reason.ToString());
            foreach (var reason in Failed.Concat(FailedOnly[action])) _requests.WithLabels(action.ToString(), nameof(WakePhase.Failed), reason.ToString());
            foreach (var stage in (string[])[Issued, Completed]) _duration.WithLabels(action.ToString(), stage);
        }

        foreach (var reason in NotAllowed.Append(WakeReason.UnsupportedAction)) _requests.WithLabels(nameof(WakeAction.Unknown), nameof(WakePhase.Failed), reason.ToString());
    }

    private static WakeReason[] Creating =>
    [
        WakeReason.NotStartable, WakeReason.StoppedMeanwhile, WakeReason.TemplateNotUsable, WakeReason.AmbiguousTemplate, WakeReason.InvalidParameters, WakeReason.TooManyInstances,
    ];

    public void Finished(WakeRequest request)
    {
        var status = request.Status!;
        var action = status.Action.ToString()!;
        _requests.WithLabels(action, status.Phase.ToString()!, status.Reason.ToString()!).Inc();
        var from = request.Spec.Frame?.CapturedAt ?? request.Metadata.CreationTimestamp;
        if (status.IssuedAt - from is { } issued) _duration.WithLabels(action, Issued).Observe(Math.Max(0, issued.TotalSeconds));
        if (status.Phase != WakePhase.Succeeded) return;
        if (status.CompletedAt - from is { } done) _duration.WithLabels(action, Completed).Observe(Math.Max(0, done.TotalSeconds));
    }

    public void EventDropped() => _eventsDropped.Inc();

    public void IndexWritten() => _indexWrites.Inc();

    /// <summary>Has agents counted whenever the metrics are read.</summary>
    public void CountAgentsWith(Func<(int Ready, int NotReady)> count) => _registry.AddBeforeCollectCallback(() =>
    {
        var (ready, notReady) = count();
        _agents.WithLabels(Ready).Set(ready);
        _agents.WithLabels(NotReady).Set(notReady);
    });

    /// <summary>Has the figures of the index read whenever the metrics are.</summary>
    public void ReadIndexWith(Func<(int Addresses, int Bytes, TimeSpan Lag)> read) => _registry.AddBeforeCollectCallback(() =>
    {
        var (addresses, bytes, lag) = read();
        _indexAddresses.Set(addresses);
        _indexBytes.Set(bytes);
        _indexLag.Set(lag.TotalSeconds);
    });
}
