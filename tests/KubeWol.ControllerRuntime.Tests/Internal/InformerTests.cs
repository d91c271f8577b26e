using System.Net;
using System.Net.Sockets;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Internal;

/// <summary>The informer in conversation with a server that misbehaves on purpose.</summary>
public sealed class InformerTests : IAsyncLifetime
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly StillTime _time = new();
    private readonly ResourceCache<Widget> _cache = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _changes = [];
    private ScriptedServer _server = null!;
    private ClusterConnection? _connection;
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _cache.Changed += (key, before, after) => _changes.Add($"{key.Name}:{before?.Metadata.ResourceVersion}>{after?.Metadata.ResourceVersion}");
        _server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.SoonAsync(); // whatever happened, it ends without a fault
        _connection?.Dispose();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_lists_page_by_page_and_watches_from_the_version_of_the_list()
    {
        Start(new() { PageSize = 2, WatchTimeout = TimeSpan.FromSeconds(100) });

        var first = await _server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=2", first.Target);
        await first.AnswerAsync(200, Widget.List(10, "a+b/c=", Widget.Of("a", 1), Widget.Of("b", 2)));
        var second = await _server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=2&continue=a%2Bb%2Fc%3D", second.Target);
        Assert.False(_cache.Synced.IsCompleted);
        await second.AnswerAsync(200, Widget.List(10, null, Widget.Of("c", 3)));

        var watch = await _server.NextAsync();
        Assert.StartsWith("/apis/test.kubewol.io/v1/widgets?watch=1&", watch.Target, StringComparison.Ordinal);
        Assert.Equal(("1", "true", "10"), (watch.Query("watch"), watch.Query("allowWatchBookmarks"), watch.Query("resourceVersion")));
        Assert.InRange(int.Parse(watch.Query("timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture), 50, 100);
        Assert.True(_cache.Synced.IsCompleted);
        await _cache.HoldsAsync("a:1", "b:2", "c:3");
    }

    [Fact]
    public async Task It_asks_for_its_namespace_and_labels_only_whatever_characters_they_have()
    {
        Start(new() { Namespace = "team-a", LabelSelector = "app in (a,b),!old" });

        var list = await _server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/namespaces/team-a/widgets?limit=500&labelSelector=app%20in%20%28a%2Cb%29%2C%21old", list.Target);
        await list.AnswerAsync(200, Widget.List(1, null));
        Assert.Equal("app in (a,b),!old", (await _server.NextAsync()).Query("labelSelector"));
    }

    [Fact]
    public async Task A_page_size_of_nothing_lists_all_at_once()
    {
        Start(new() { PageSize = 0 });

        Assert.Equal("/apis/test.kubewol.io/v1/widgets?", (await _server.NextAsync()).Target);
    }

    [Fact]
    public async Task Events_reach_the_cache_in_their_order()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));

        await watch.StreamAsync(Widget.Of("b", 11).Event("ADDED") + Widget.Of("a", 12).Event("MODIFIED") + Widget.Of("b", 13).Event("DELETED"));

        await _cache.UntilAsync(_ => _changes.Count == 4);
        Assert.Equal(["a:>1", "b:>11", "a:1>12", "b:11>"], _changes);
    }

    [Fact]
    public async Task Events_may_arrive_in_pieces()
    {
        var watch = await StartWatchingAsync();
        var text = Widget.Of("grün", 11).Event("ADDED") + Widget.Of("b", 12).Event("ADDED");

        foreach (var half in text.Chunk(7)) await watch.StreamAsync(new string(half));

        await _cache.HoldsAsync("b:12", "grün:11");
    }

    [Fact]
    public async Task A_paged_list_that_expires_half_way_is_taken_in_one_answer()
    {
        Start(new() { PageSize = 1 });
        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(10, "more", Widget.Of("a", 1)));
        await (await _server.NextAsync()).RefuseAsync(410, "Expired", "The provided continue parameter is too old");

        var whole = await _server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?", whole.Target);
        await whole.AnswerAsync(200, Widget.List(20, null, Widget.Of("b", 12)));

        Assert.Equal("20", (await _server.NextAsync()).Query("resourceVersion"));
        await _cache.HoldsAsync("b:12");
    }

    [Fact]
    public async Task A_server_that_calls_everything_expired_is_asked_more_and_more_seldom()
    {
        Start(new() { PageSize = 1, ShortestBackoff = Shortest, LongestBackoff = Longest });

        for (var round = 0; round < 6; round++)
        {
            for (var request = 0; request < 2; request++) await (await _server.NextAsync()).RefuseAsync(410, "Expired", "too old");
            if (round > 0) await PauseAsync(failures: round + 1);
        }
    }

    [Fact]
    public async Task A_watch_that_ends_in_order_is_resumed_where_it_was()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync(Widget.Of("b", 11).Event("ADDED"));
        await _cache.HoldsAsync("a:1", "b:11");
        watch.End();

        var next = await _server.NextAsync();

        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        Assert.Equal(0, await _registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_that_is_cut_in_the_middle_of_a_line_is_resumed_after_the_last_whole_one(bool inOrder)
    {
        var watch = await StartWatchingAsync();
        var lost = Widget.Of("b", 12).Event("ADDED");
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + lost[..(lost.Length / 2)]);
        await _cache.HoldsAsync("a:11");
        if (inOrder) watch.End();
        else watch.Cut();

        var next = await _server.NextAsync();
        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        await next.StreamAsync(lost);

        await _cache.HoldsAsync("a:11", "b:12");
        Assert.Equal(["a:>11", "b:>12"], _changes);
        Assert.Equal(1, await _registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task A_stream_that_is_reset_under_http2_is_resumed()
    {
        await using var server = await ScriptedServer.StartAsync(Certificates.SelfSigned("localhost"), protocols: HttpProtocols.Http2);
        Start(new(), server.Address);
        await (await server.NextAsync()).AnswerAsync(200, Widget.List(10, null));
        var watch = await server.NextAsync();
        Assert.Equal("HTTP/2", watch.Protocol);
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + "{\"type\":");
        await _cache.HoldsAsync("a:11");

        watch.Cut();

        Assert.Equal("11", (await server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_version_that_the_server_has_forgotten_is_listed_anew_and_what_vanished_is_announced()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1), Widget.Of("b", 2));
        await watch.StreamAsync(Widget.Bookmark(11));
        watch.End();
        await (await _server.NextAsync()).RefuseAsync(410, "Expired", "too old resource version: 10 (99)");

        await AnswerRelistAsync();
    }

    [Fact]
    public async Task A_version_that_the_server_forgets_during_the_watch_is_listed_anew_and_what_vanished_is_announced()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1), Widget.Of("b", 2));
        await watch.StreamAsync($$"""{"type":"ERROR","object":{{Exchange.Refusal(410, "Expired", "too old resource version: 10 (99)")}}""" + "}\n");

        await AnswerRelistAsync();
    }

    [Fact]
    public async Task Any_other_error_event_is_a_failure_like_another_and_the_watch_resumes()
    {
        var watch = await StartWatchingAsync();
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + $$"""{"type":"ERROR","object":{{Exchange.Refusal(500, "InternalError", "etcd event received with PrevKv=nil")}}""" + "}\n");

        var next = await _server.NextAsync();

        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        Assert.Equal(1, await _registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_and_changes_nothing()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync(Widget.Bookmark(42));
        watch.End();

        Assert.Equal("42", (await _server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:>1"], _changes);
    }

    [Fact]
    public async Task A_watch_that_says_nothing_is_given_up_and_resumed_but_every_word_grants_it_more_time()
    {
        var idle = TimeSpan.FromMinutes(2);
        var watch = await StartWatchingWithAsync(new() { IdleTimeout = idle });
        await _time.WaitBegunAsync(idle, idle);
        await watch.StreamAsync("");

        _time.Advance(idle - TimeSpan.FromSeconds(1));
        await watch.StreamAsync(Widget.Bookmark(11));
        await _time.WaitBegunAsync(idle, idle);
        _time.Advance(idle - TimeSpan.FromSeconds(1));
        await watch.StreamAsync(Widget.Bookmark(12));
        await _time.WaitBegunAsync(idle, idle);
        Assert.False(watch.Left.IsCompleted);

        _time.Advance(idle);

        await watch.Left.SoonAsync();
        Assert.Equal("12", (await _server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_watch_whose_headers_never_come_is_given_up_too()
    {
        var idle = TimeSpan.FromMinutes(2);
        var watch = await StartWatchingWithAsync(new() { IdleTimeout = idle });
        await _time.WaitBegunAsync(idle, idle);

        _time.Advance(idle);

        await watch.Left.SoonAsync();
        Assert.Equal("10", (await _server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_list_without_an_answer_is_given_up_and_asked_for_again()
    {
        Start(new());
        var list = await _server.NextAsync();

        _time.Advance(TimeSpan.FromSeconds(31)); // the client's deadline for one request

        await list.Left.SoonAsync();
        Assert.Equal(list.Target, (await _server.NextAsync()).Target);
    }

    [Fact]
    public async Task Watches_that_end_at_once_without_a_word_are_begun_more_and_more_seldom()
    {
        (await StartWatchingWithAsync(new() { ShortestBackoff = Shortest, LongestBackoff = Longest })).End();

        for (var failures = 2; failures < 9; failures++)
        {
            (await _server.NextAsync()).End();
            await PauseAsync(failures);
        }
    }

    [Fact]
    public async Task A_quiet_watch_that_ran_for_a_while_may_end_without_a_word()
    {
        var watch = await StartWatchingWithAsync(new() { ShortestBackoff = Shortest });
        for (var round = 0; round < 4; round++)
        {
            await watch.StreamAsync("");
            _time.Advance(TimeSpan.FromSeconds(60));
            watch.End();
            watch = await _server.NextAsync(); // at once: time stands still meanwhile
        }

        Assert.Equal(0, await _registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "NotFound")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(504, "Timeout")]
    public async Task A_refusal_is_met_with_patience_growing_from_one_to_the_next(int status, string reason)
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });

        await (await _server.NextAsync()).RefuseAsync(status, reason, "no"); // the first retry comes at once
        for (var failures = 2; failures < 9; failures++)
        {
            await (await _server.NextAsync()).RefuseAsync(status, reason, "no");
            await PauseAsync(failures);
        }

        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(10, null, Widget.Of("a", 1)));
        await _cache.HoldsAsync("a:1");
        Assert.Equal(8, await _registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3600, 2)]
    public async Task A_server_that_names_a_time_is_not_asked_before_within_reason(int asked, int granted)
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });

        await (await _server.NextAsync()).RefuseAsync(429, "TooManyRequests", "later", retryAfter: asked);

        Assert.Equal(TimeSpan.FromSeconds(granted), await _time.WaitBegunAsync(TimeSpan.FromSeconds(1), Longest));
    }

    [Fact]
    public async Task Whatever_is_heard_ends_the_growing_of_patience()
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });
        for (var failures = 1; failures < 5; failures++)
        {
            await (await _server.NextAsync()).RefuseAsync(500, "InternalError", "no");
            if (failures > 1) await PauseAsync(failures);
        }

        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(10, null));
        for (var version = 11; version < 15; version++)
        {
            // Cut again and again, but never without having said something: every retry comes at once, the clock stands still.
            var watch = await _server.NextAsync();
            await watch.StreamAsync(Widget.Of("a", version).Event("MODIFIED"));
            await _cache.HoldsAsync($"a:{version}");
            watch.Cut();
        }

        Assert.Equal("14", (await _server.NextAsync()).Query("resourceVersion"));
    }

    [Theory]
    [InlineData("""{"kind":"WidgetList","metadata":{"resourceVersion":"11"},"items":[{"metadata":{"na""")]
    [InlineData("""{"status":"ok"}""")]
    [InlineData("<html>a captive portal</html>")]
    [InlineData("")]
    public async Task An_answer_that_is_no_list_deletes_nothing_and_is_asked_for_again(string answer)
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync($$"""{"type":"ERROR","object":{{Exchange.Refusal(410, "Expired", "too old")}}""" + "}\n");

        await (await _server.NextAsync()).AnswerAsync(200, answer);
        await PauseAsync(failures: 2);
        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(20, null, Widget.Of("a", 1)));

        Assert.Equal("20", (await _server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:>1"], _changes);
    }

    [Fact]
    public async Task A_list_that_is_cut_off_is_asked_for_again()
    {
        Start(new());
        var list = await _server.NextAsync();
        await list.StreamAsync("""{"kind":"WidgetList","metadata":{"resourceVersion":"11"},"items":[""");
        list.Cut();

        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(20, null, Widget.Of("a", 1)));

        await _cache.HoldsAsync("a:1");
    }

    [Fact]
    public async Task A_line_that_is_not_json_ends_the_watch_and_what_came_before_it_counts()
    {
        var watch = await StartWatchingAsync();
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + "nonsense\n" + Widget.Of("b", 12).Event("ADDED"));

        Assert.Equal("11", (await _server.NextAsync()).Query("resourceVersion"));
        await _cache.HoldsAsync("a:11");
    }

    [Fact]
    public async Task An_object_that_does_not_fit_is_left_out_and_the_others_arrive()
    {
        Start(new());
        await (await _server.NextAsync()).AnswerAsync(200, """{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"odd"},"spec":"?"},{"metadata":{"name":"good","resourceVersion":"2"}}]}""");
        var watch = await _server.NextAsync();

        await watch.StreamAsync("""{"type":"ADDED","object":{"metadata":{"name":"odder","resourceVersion":"11"},"spec":7}}""" + "\n" + Widget.Of("b", 12).Event("ADDED"));

        await _cache.HoldsAsync("b:12", "good:2");
    }

    [Fact]
    public async Task An_object_that_no_longer_fits_is_gone_rather_than_stale_and_its_version_counts()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1), Widget.Of("b", 2));

        await watch.StreamAsync("""{"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"default","resourceVersion":"11"},"spec":7}}""" + "\n");
        await _cache.HoldsAsync("b:2");
        watch.End();

        Assert.Equal("11", (await _server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task An_object_that_is_deleted_goes_whatever_its_last_state()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));

        await watch.StreamAsync("""{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"default","resourceVersion":"11"},"spec":7}}""" + "\n");

        await _cache.HoldsAsync();
    }

    [Fact]
    public async Task A_server_that_is_not_there_yet_is_waited_for()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // taken, but nobody listens: connections are refused
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest }, new Uri($"http://{reserved.LocalEndPoint}"));

        for (var failures = 2; failures < 6; failures++) await PauseAsync(failures);

        Assert.False(_cache.Synced.IsCompleted);
        Assert.False(_run.IsCompleted);
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_speaks_is_a_failure_like_another()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest }, new Uri($"https://{silent.LocalEndpoint}"), patience: new() { Connect = TimeSpan.FromMilliseconds(50) });

        for (var failures = 2; failures < 5; failures++) await PauseAsync(failures);

        Assert.False(_run.IsCompleted);
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_lists()
    {
        Start(new());
        var list = await _server.NextAsync();

        await _stop.CancelAsync();

        await _run.SoonAsync();
        await list.Left.SoonAsync();
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_watches()
    {
        var watch = await StartWatchingAsync();
        await watch.StreamAsync(Widget.Bookmark(11));

        await _stop.CancelAsync();

        await _run.SoonAsync();
        await watch.Left.SoonAsync();
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_waits()
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });
        for (var i = 0; i < 2; i++) await (await _server.NextAsync()).RefuseAsync(500, "InternalError", "no");
        await _time.WaitBegunAsync(Shortest / 2, Shortest);

        await _stop.CancelAsync();

        await _run.SoonAsync();
    }

    [Fact]
    public async Task A_defect_in_whoever_is_told_of_changes_is_not_taken_for_an_outage()
    {
        _cache.Changed += (_, _, _) => throw new InvalidOperationException("a defect");
        Start(new());

        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(10, null, Widget.Of("a", 1)));

        await Assert.ThrowsAsync<InvalidOperationException>(() => _run.SoonAsync());
        _run = Task.CompletedTask;
    }

    private void Start(InformerOptions options, Uri? server = null, ConnectionPatience? patience = null)
    {
        _connection = Clusters.Connect(server ?? _server.Address, patience);
        var metrics = new RuntimeMetrics(_registry);
        metrics.Watching(Widget.Type.Plural);
        var informer = new Informer<Widget>(new ClusterClient(_connection, _time), Widget.Type, _cache, options, metrics, _time, NullLogger.Instance);
        _run = informer.RunAsync(_stop.Token);
    }

    private Task<Exchange> StartWatchingAsync(params Widget[] listed) => StartWatchingWithAsync(new(), listed);

    private async Task<Exchange> StartWatchingWithAsync(InformerOptions options, params Widget[] listed)
    {
        Start(options);
        await (await _server.NextAsync()).AnswerAsync(200, Widget.List(10, null, listed));
        return await _server.NextAsync();
    }

    /// <summary>After a 410, whatever its form: a list, not a watch; then "b" is gone, "a" has changed, "c" is new.</summary>
    private async Task AnswerRelistAsync()
    {
        await _cache.HoldsAsync("a:1", "b:2");
        _changes.Clear();
        var list = await _server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=500", list.Target);
        await list.AnswerAsync(200, Widget.List(99, null, Widget.Of("a", 50), Widget.Of("c", 60)));

        Assert.Equal("99", (await _server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:1>50", "b:2>", "c:>60"], _changes.Order());
        Assert.Equal(1, await _registry.ReadAsync("""kubewol_watch_relists_total{resource="widgets"}"""));
    }

    /// <summary>Checks the pause after so many failures in a row, and lets it pass.</summary>
    private async Task PauseAsync(int failures)
    {
        var full = Math.Min(Longest.TotalMilliseconds, Shortest.TotalMilliseconds * Math.Pow(2, failures - 2));
        var pause = await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Assert.InRange(pause.TotalMilliseconds, full / 2, full);
        Assert.False(_server.HasNext);
        _time.Advance(pause);
    }
}
