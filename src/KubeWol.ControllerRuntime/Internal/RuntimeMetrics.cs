using System.Net;
using KubeWol.ControllerRuntime.Cluster;
using Prometheus;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>All figures that every program has.</summary>
internal sealed class RuntimeMetrics
{
    private static readonly string[] Outcomes = ["success", "failure", "timeout", "conflict", "terminal", "cancelled"];
    private readonly CollectorRegistry _registry;
    private readonly Histogram _reconcile;
    private readonly Gauge _depth;
    private readonly Counter _watchFailures;
    private readonly Counter _relists;
    private readonly Gauge _leader;
    private readonly Counter _calls;
    private readonly Gauge _build;

    public RuntimeMetrics(CollectorRegistry registry)
    {
        _registry = registry;
        var metrics = Metrics.WithCustomRegistry(registry);
        _reconcile = metrics.CreateHistogram("kubewol_reconcile_duration_seconds", "Time one look at one object took, by controller and outcome.",
            ["controller", "outcome"], new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });
        _depth = metrics.CreateGauge("kubewol_queue_depth", "Objects that wait to be looked at, by controller.", ["controller"]);
        _watchFailures = metrics.CreateCounter("kubewol_watch_failures_total", "Lists and watches that failed and were begun again, by resource.", ["resource"]);
        _relists = metrics.CreateCounter("kubewol_watch_relists_total", "Complete lists that became necessary because the server no longer knew the version (410 Gone), by resource.", ["resource"]);
        _leader = metrics.CreateGauge("kubewol_leader", "1 while this process holds the leader lease, 0 while it stands by; only where there is a lease.",
            new GaugeConfiguration { SuppressInitialValue = true });
        _calls = metrics.CreateCounter("kubewol_api_requests_total", "Requests sent to the API server, watches included, by method and by what came back.", ["method", "result"]);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete])
        {
            foreach (var result in Enum.GetNames<ApiResult>()) _calls.WithLabels(method.Method, result);
        }

        _build = metrics.CreateGauge("kubewol_build_info", "1, with the program and its version.", ["program", "version"]);
    }

    /// <summary>Says which program this is.</summary>
    public void Built(string program, string version) => _build.WithLabels(program, version).Set(1);

    public void Called(HttpMethod method, ApiResult result) => _calls.WithLabels(method.Method, result.ToString()).Inc();

    public void Called(HttpMethod method, HttpStatusCode status) => Called(method, status switch
    {
        < HttpStatusCode.BadRequest => ApiResult.Ok,
        HttpStatusCode.Unauthorized => ApiResult.Unauthorized,
        HttpStatusCode.Forbidden => ApiResult.Forbidden,
        HttpStatusCode.NotFound => ApiResult.NotFound,
        HttpStatusCode.Conflict => ApiResult.Conflict,
        HttpStatusCode.Gone => ApiResult.Gone,
        HttpStatusCode.TooManyRequests => ApiResult.Throttled,
        < HttpStatusCode.InternalServerError => ApiResult.Invalid,
        _ => ApiResult.ServerError,
    });

    public void Watching(string resource)
    {
        _watchFailures.WithLabels(resource);
        _relists.WithLabels(resource);
    }

    /// <summary>All series of a controller are there from the start, and the depth is true whenever it is read, on a standby too.</summary>
    public void Controlling(string controller, WorkQueue queue)
    {
        foreach (var outcome in Outcomes) _reconcile.WithLabels(controller, outcome);
        _registry.AddBeforeCollectCallback(() => _depth.WithLabels(controller).Set(queue.Depth));
    }

    public void WatchFailed(string resource) => _watchFailures.WithLabels(resource).Inc();

    public void Relisted(string resource) => _relists.WithLabels(resource).Inc();

    public void Leading(bool leading) => _leader.Set(leading ? 1 : 0);

    public void Reconciled(string controller, string outcome, TimeSpan duration) => _reconcile.WithLabels(controller, outcome).Observe(duration.TotalSeconds);
}
