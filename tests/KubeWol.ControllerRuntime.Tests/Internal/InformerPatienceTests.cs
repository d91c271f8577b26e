using System.Net;
using System.Net.Sockets;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests.Internal;

/// <summary>How long the informer waits: for a server that is slow, silent, away or unwilling, and for its own end.</summary>
public sealed class InformerPatienceTests : InformerConversation
{
    [Fact]
    public async Task A_server_that_calls_everything_expired_is_asked_more_and_more_seldom()
    {
        Start(new() { PageSize = 1, ShortestBackoff = Shortest, LongestBackoff = Longest });

        for (var round = 0; round < 6; round++)
        {
            for (var request = 0; request < 2; request++) await (await Server.NextAsync()).RefuseAsync(410, "Expired", "too old");
            if (round > 0) await PauseAsync(failures: round + 1);
        }
    }

    [Fact]
    public async Task When_the_server_answers_somebody_again_nobody_waits_out_a_long_pause()
    {
        Start(new() { PageSize = 1, ShortestBackoff = TimeSpan.FromMinutes(10), LongestBackoff = TimeSpan.FromMinutes(10) });
        for (var cut = 0; cut < 2; cut++) (await Server.NextAsync()).Cut();
        await Time.WaitBegunAsync(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

        var other = Client.GetAsync(Widget.Type, new("default", "other"), TestContext.Current.CancellationToken);
        await (await Server.NextAsync()).RefuseAsync(404, "NotFound", "there is none");
        Assert.Null(await other);
        Time.Advance(await Time.WaitBegunAsync(TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Assert.Equal("1", (await Server.NextAsync()).Query("limit"));
    }

    [Fact]
    public async Task A_watch_that_says_nothing_is_given_up_and_resumed_but_every_word_grants_it_more_time()
    {
        var idle = TimeSpan.FromMinutes(2);
        var watch = await StartWatchingWithAsync(new() { IdleTimeout = idle });
        await watch.StreamAsync("");
        await Time.WaitBegunAsync(idle, idle);

        Time.Advance(idle - TimeSpan.FromSeconds(1));
        await watch.StreamAsync(Widget.Bookmark(11));
        await Time.WaitBegunAsync(idle, idle);
        Time.Advance(idle - TimeSpan.FromSeconds(1));
        await watch.StreamAsync(Widget.Bookmark(12));
        await Time.WaitBegunAsync(idle, idle);
        Assert.False(watch.Left.IsCompleted);

        Time.Advance(idle);

        await watch.Left.SoonAsync();
        Assert.Equal("12", (await Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_watch_whose_headers_never_come_is_given_up_like_any_request()
    {
        var watch = await StartWatchingWithAsync(new());
        await Time.WaitBegunAsync(ClusterClient.DefaultTimeout, ClusterClient.DefaultTimeout);

        Time.Advance(ClusterClient.DefaultTimeout);

        await watch.Left.SoonAsync();
        Assert.Equal("10", (await Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_list_without_an_answer_is_given_up_and_asked_for_again()
    {
        Start(new());
        var list = await Server.NextAsync();

        Time.Advance(TimeSpan.FromSeconds(31)); // the client's deadline for one request

        await list.Left.SoonAsync();
        Assert.Equal(list.Target, (await Server.NextAsync()).Target);
    }

    [Fact]
    public async Task Watches_that_end_at_once_without_a_word_are_begun_more_and_more_seldom()
    {
        (await StartWatchingWithAsync(new() { ShortestBackoff = Shortest, LongestBackoff = Longest })).End();

        for (var failures = 2; failures < 9; failures++)
        {
            (await Server.NextAsync()).End();
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
            await Time.WaitBegunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2)); // it has begun
            Time.Advance(TimeSpan.FromSeconds(60));
            watch.End();
            await Time.WaitBegunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2)); // its end was read, which is something heard
            watch = await Server.NextAsync(); // at once: time stands still meanwhile
        }

        Assert.Equal(0, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task Quiet_watches_that_are_cut_now_and_then_are_always_begun_anew_at_once()
    {
        var watch = await StartWatchingWithAsync(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });
        for (var round = 0; round < 9; round++)
        {
            await watch.StreamAsync("");
            await Time.WaitBegunAsync(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2));
            Time.Advance(TimeSpan.FromSeconds(2));
            watch.Cut();
            watch = await Server.NextAsync(); // at once: time stands still meanwhile
        }
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

        await (await Server.NextAsync()).RefuseAsync(status, reason, "no"); // the first retry comes at once
        for (var failures = 2; failures < 9; failures++)
        {
            await (await Server.NextAsync()).RefuseAsync(status, reason, "no");
            await PauseAsync(failures);
        }

        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(10, null, Widget.Of("a", 1)));
        await Cache.HoldsAsync("a:1");
        Assert.Equal(8, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3600, 2)]
    public async Task A_server_that_names_a_time_is_not_asked_before_within_reason(int asked, int granted)
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });

        await (await Server.NextAsync()).RefuseAsync(429, "TooManyRequests", "later", retryAfter: asked);

        Assert.Equal(TimeSpan.FromSeconds(granted), await Time.WaitBegunAsync(TimeSpan.FromSeconds(1), Longest));
    }

    [Fact]
    public async Task Whatever_is_heard_ends_the_growing_of_patience()
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });
        for (var failures = 1; failures < 5; failures++)
        {
            await (await Server.NextAsync()).RefuseAsync(500, "InternalError", "no");
            if (failures > 1) await PauseAsync(failures);
        }

        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(10, null));
        for (var version = 11; version < 15; version++)
        {
            // Cut again and again, but never without having said something: every retry comes at once, the clock stands still.
            var watch = await Server.NextAsync();
            await watch.StreamAsync(Widget.Of("a", version).Event("MODIFIED"));
            await Cache.HoldsAsync($"a:{version}");
            watch.Cut();
        }

        Assert.Equal("14", (await Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_yet_is_waited_for()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // taken, but nobody listens: connections are refused
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest }, new Uri($"http://{reserved.LocalEndPoint}"));

        for (var failures = 2; failures < 6; failures++) await PauseAsync(failures);

        Assert.False(Cache.Synced.IsCompleted);
        Assert.False(Run.IsCompleted);
    }

    [Fact]
    public async Task A_server_that_accepts_and_never_speaks_is_a_failure_like_another()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest }, new Uri($"https://{silent.LocalEndpoint}"), patience: new() { Connect = TimeSpan.FromMilliseconds(50) });

        for (var failures = 2; failures < 5; failures++) await PauseAsync(failures);

        Assert.False(Run.IsCompleted);
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_lists()
    {
        Start(new());
        var list = await Server.NextAsync();

        await Stop.CancelAsync();

        await Run.SoonAsync();
        await list.Left.SoonAsync();
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_watches()
    {
        var watch = await StartWatchingAsync();
        await watch.StreamAsync(Widget.Bookmark(11));

        await Stop.CancelAsync();

        await Run.SoonAsync();
        await watch.Left.SoonAsync();
    }

    [Fact]
    public async Task Cancellation_ends_it_while_it_waits()
    {
        Start(new() { ShortestBackoff = Shortest, LongestBackoff = Longest });
        for (var i = 0; i < 2; i++) await (await Server.NextAsync()).RefuseAsync(500, "InternalError", "no");
        await Time.WaitBegunAsync(Shortest / 2, Shortest);

        await Stop.CancelAsync();

        await Run.SoonAsync();
    }

    [Fact]
    public async Task A_defect_in_whoever_is_told_of_changes_is_not_taken_for_an_outage()
    {
        Cache.Changed += (_, _, _) => throw new InvalidOperationException("a defect");
        Start(new());

        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(10, null, Widget.Of("a", 1)));

        await Assert.ThrowsAsync<InvalidOperationException>(() => Run.SoonAsync());
        Run = Task.CompletedTask;
    }
}
