using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.Requests;
using KubeWol.Operator.Tests.World;
using Prometheus;

namespace KubeWol.Operator.Tests;

/// <summary>What /metrics shows of the operator itself.</summary>
public sealed class OperatorMetricsTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly OperatorMetrics _metrics;

    public OperatorMetricsTests() => _metrics = new(_registry);

    [Fact]
    public async Task Every_series_is_there_at_zero_before_anything_happened()
    {
        var series = (await SeriesAsync()).Split('\n');

        Assert.All(series, s => Assert.EndsWith(" 0", s, StringComparison.Ordinal));
        Assert.Contains("kubewol_events_dropped_total 0", series);
        Assert.Contains("kubewol_request_duration_seconds_count{action=\"Destroy\",stage=\"completed\"} 0", series);
        Assert.Contains("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\"} 0", series);
    }

    [Fact]
    public async Task However_a_request_of_any_kind_ends_there_was_a_series_for_it_from_the_start()
    {
        var before = await _registry.PageAsync();
        // What is decided, of every situation that the verb table can tell apart, and what KubeVirt and the API server may say to what is done.
        var decided = from now in VerbTableTests.EverySituation
                      let plan = VerbTable.Decide(now)
                      where plan is Plan.Done or Plan.Refuse
                      select (now.Action, Phase: plan is Plan.Done ? WakePhase.Succeeded : WakePhase.Failed, plan.Reason);
        var refused = from action in (WakeAction[])[WakeAction.Wake, WakeAction.Sleep, WakeAction.Move, WakeAction.Instantiate, WakeAction.Destroy]
                      from reason in (WakeReason[])[WakeReason.Refused, WakeReason.Forbidden, .. Also(action)]
                      select (action, WakePhase.Failed, reason);

        foreach (var (action, phase, reason) in decided.Concat(refused).Distinct())
        {
            Assert.Contains($"kubewol_requests_total{{action=\"{action}\",phase=\"{phase}\",reason=\"{reason}\"}} 0\n", before, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_is_counted_once_by_what_became_of_it()
    {
        _metrics.Finished(Ended(Some.Heard(), WakePhase.Succeeded, WakeReason.Started, issued: 0.38, completed: 2.38));

        Assert.Equal(1, await _registry.ValueAsync("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\"}"));
        Assert.Equal(0.5, await _registry.ValueAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"issued\"}"), 6); // the frame was 120 ms before noon
        Assert.Equal(2.5, await _registry.ValueAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"completed\"}"), 6);
    }

    [Fact]
    public async Task A_failure_counts_in_no_time_to_completion()
    {
        _metrics.Finished(Ended(Some.Request(), WakePhase.Failed, WakeReason.DeadlineExceeded, issued: 1, completed: 300));

        Assert.Equal(1, await _registry.ValueAsync("kubewol_request_duration_seconds_count{action=\"Wake\",stage=\"issued\"}"));
        Assert.Equal(0, await _registry.ValueAsync("kubewol_request_duration_seconds_count{action=\"Wake\",stage=\"completed\"}"));
    }

    [Fact]
    public async Task Clocks_that_disagree_give_no_negative_time()
    {
        _metrics.Finished(Ended(Some.Request(), WakePhase.Succeeded, WakeReason.Started, issued: -3, completed: -2));

        Assert.Equal(0, await _registry.ValueAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"completed\"}"));
    }

    [Fact]
    public async Task No_series_names_a_machine_or_an_address()
    {
        _metrics.Finished(Ended(Some.Heard(), WakePhase.Succeeded, WakeReason.Started, issued: 1, completed: 2));

        var page = await _registry.PageAsync();
        Assert.DoesNotContain("web-01", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Some.Mac, page, StringComparison.Ordinal);
    }

    private static WakeReason[] Also(WakeAction action) => action switch
    {
        WakeAction.Move => [WakeReason.NotMigratable, WakeReason.PlacementConflict, WakeReason.NodeNotFound, WakeReason.NodeNotSchedulable],
        WakeAction.Wake or WakeAction.Instantiate => [WakeReason.TemplateNotUsable, WakeReason.InvalidParameters, WakeReason.TooManyInstances],
        _ => [],
    };

    private static WakeRequest Ended(WakeRequest request, WakePhase phase, WakeReason reason, double issued, double completed) => request with
    {
        Status = new()
        {
            Action = WakeAction.Wake,
            Phase = phase,
            Reason = reason,
            IssuedAt = Some.Noon.AddSeconds(issued),
            CompletedAt = Some.Noon.AddSeconds(completed),
        },
    };

    /// <summary>All series but a histogram's buckets and sums, sorted.</summary>
    private async Task<string> SeriesAsync() => string.Join('\n', (await _registry.PageAsync()).Split('\n')
        .Where(l => l.Length > 0 && !l.StartsWith('#') && !l.Contains("_bucket", StringComparison.Ordinal) && !l.Contains("_sum", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));
}
