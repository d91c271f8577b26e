using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KubeWol.ControllerRuntime.Tests.Internal;

/// <summary>What the informer makes of lists and events, good and bad.</summary>
public sealed class InformerTests : InformerConversation
{
    [Fact]
    public async Task It_lists_page_by_page_and_watches_from_the_version_of_the_list()
    {
        Start(new() { PageSize = 2, WatchTimeout = TimeSpan.FromSeconds(100) });

        var first = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=2", first.Target);
        await first.AnswerAsync(200, Widget.List(10, "a+b/c=", Widget.Of("a", 1), Widget.Of("b", 2)));
        var second = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=2&continue=a%2Bb%2Fc%3D", second.Target);
        Assert.False(Cache.Synced.IsCompleted);
        await second.AnswerAsync(200, Widget.List(10, null, Widget.Of("c", 3)));

        var watch = await Server.NextAsync();
        Assert.StartsWith("/apis/test.kubewol.io/v1/widgets?watch=1&", watch.Target, StringComparison.Ordinal);
        Assert.Equal(("1", "true", "10"), (watch.Query("watch"), watch.Query("allowWatchBookmarks"), watch.Query("resourceVersion")));
        Assert.InRange(int.Parse(watch.Query("timeoutSeconds"), System.Globalization.CultureInfo.InvariantCulture), 50, 100);
        Assert.True(Cache.Synced.IsCompleted);
        await Cache.HoldsAsync("a:1", "b:2", "c:3");
    }

    [Fact]
    public async Task It_asks_for_its_namespace_and_labels_only_whatever_characters_they_have()
    {
        Start(new() { Namespace = "team-a", LabelSelector = "app in (a,b),!old" });

        var list = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/namespaces/team-a/widgets?limit=500&labelSelector=app%20in%20%28a%2Cb%29%2C%21old", list.Target);
        await list.AnswerAsync(200, Widget.List(1, null));
        Assert.Equal("app in (a,b),!old", (await Server.NextAsync()).Query("labelSelector"));
    }

    [Fact]
    public async Task It_asks_for_one_name_only_where_that_is_all_it_may_see()
    {
        Start(new() { LabelSelector = "a=b" }, name: "one");

        var list = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=500&labelSelector=a%3Db&fieldSelector=metadata.name%3Done", list.Target);
        await list.AnswerAsync(200, Widget.List(1, null));
        Assert.Equal("metadata.name=one", (await Server.NextAsync()).Query("fieldSelector"));
    }

    [Fact]
    public async Task A_page_size_of_nothing_lists_all_at_once()
    {
        Start(new() { PageSize = 0 });

        Assert.Equal("/apis/test.kubewol.io/v1/widgets?", (await Server.NextAsync()).Target);
    }

    [Fact]
    public async Task Events_reach_the_cache_in_their_order()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));

        await watch.StreamAsync(Widget.Of("b", 11).Event("ADDED") + Widget.Of("a", 12).Event("MODIFIED") + Widget.Of("b", 13).Event("DELETED"));

        await Cache.UntilAsync(_ => Changes.Count == 4);
        Assert.Equal(["a:>1", "b:>11", "a:1>12", "b:11>"], Changes);
    }

    [Fact]
    public async Task Events_may_arrive_in_pieces()
    {
        var watch = await StartWatchingAsync();
        var text = Widget.Of("grün", 11).Event("ADDED") + Widget.Of("b", 12).Event("ADDED");

        foreach (var half in text.Chunk(7)) await watch.StreamAsync(new string(half));

        await Cache.HoldsAsync("b:12", "grün:11");
    }

    [Fact]
    public async Task A_paged_list_that_expires_half_way_is_taken_in_one_answer()
    {
        Start(new() { PageSize = 1 });
        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(10, "more", Widget.Of("a", 1)));
        await (await Server.NextAsync()).RefuseAsync(410, "Expired", "The provided continue parameter is too old");

        var whole = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?", whole.Target);
        await whole.AnswerAsync(200, Widget.List(20, null, Widget.Of("b", 12)));

        Assert.Equal("20", (await Server.NextAsync()).Query("resourceVersion"));
        await Cache.HoldsAsync("b:12");
    }

    [Fact]
    public async Task A_watch_that_ends_in_order_is_resumed_where_it_was()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync(Widget.Of("b", 11).Event("ADDED"));
        await Cache.HoldsAsync("a:1", "b:11");
        watch.End();

        var next = await Server.NextAsync();

        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        Assert.Equal(0, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task Who_must_be_sure_gets_a_watch_that_was_begun_since_and_is_answered()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync(Widget.Of("b", 11).Event("ADDED"));
        await Cache.HoldsAsync("a:1", "b:11");
        var renewed = Informer.RenewAsync(TestContext.Current.CancellationToken);

        var next = await Server.NextAsync();
        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        Assert.False(renewed.IsCompleted);
        await next.StreamAsync(Widget.Of("c", 12).Event("ADDED"));
        await renewed.SoonAsync();
        await Cache.HoldsAsync("a:1", "b:11", "c:12");
        Assert.Equal(0, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task Who_must_be_sure_need_not_wait_for_the_end_of_a_pause()
    {
        var watch = await StartWatchingAsync();
        for (var i = 0; i < 3; i++)
        {
            await watch.AnswerAsync(500, "broken");
            if (i > 0) await Time.WaitBegunAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
            if (i == 1) Time.Advance(TimeSpan.FromSeconds(1));
            if (i < 2) watch = await Server.NextAsync();
        }

        var renewed = Informer.RenewAsync(TestContext.Current.CancellationToken);
        await (await Server.NextAsync()).StreamAsync("");
        await renewed.SoonAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_that_is_cut_in_the_middle_of_a_line_is_resumed_after_the_last_whole_one(bool inOrder)
    {
        var watch = await StartWatchingAsync();
        var lost = Widget.Of("b", 12).Event("ADDED");
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + lost[..(lost.Length / 2)]);
        await Cache.HoldsAsync("a:11");
        if (inOrder) watch.End();
        else watch.Cut();

        var next = await Server.NextAsync();
        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        await next.StreamAsync(lost);

        await Cache.HoldsAsync("a:11", "b:12");
        Assert.Equal(["a:>11", "b:>12"], Changes);
        Assert.Equal(1, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
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
        await Cache.HoldsAsync("a:11");

        watch.Cut();

        Assert.Equal("11", (await server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task A_version_that_the_server_has_forgotten_is_listed_anew_and_what_vanished_is_announced()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1), Widget.Of("b", 2));
        await watch.StreamAsync(Widget.Bookmark(11));
        watch.End();
        await (await Server.NextAsync()).RefuseAsync(410, "Expired", "too old resource version: 10 (99)");

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

        var next = await Server.NextAsync();

        Assert.Equal(("1", "11"), (next.Query("watch"), next.Query("resourceVersion")));
        Assert.Equal(1, await Registry.ReadAsync("""kubewol_watch_failures_total{resource="widgets"}"""));
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_and_changes_nothing()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));
        await watch.StreamAsync(Widget.Bookmark(42));
        watch.End();

        Assert.Equal("42", (await Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:>1"], Changes);
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

        await (await Server.NextAsync()).AnswerAsync(200, answer);
        await PauseAsync(failures: 2);
        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(20, null, Widget.Of("a", 1)));

        Assert.Equal("20", (await Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:>1"], Changes);
    }

    [Fact]
    public async Task A_list_that_is_cut_off_is_asked_for_again()
    {
        Start(new());
        var list = await Server.NextAsync();
        await list.StreamAsync("""{"kind":"WidgetList","metadata":{"resourceVersion":"11"},"items":[""");
        list.Cut();

        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(20, null, Widget.Of("a", 1)));

        await Cache.HoldsAsync("a:1");
    }

    [Fact]
    public async Task A_line_that_is_not_json_ends_the_watch_and_what_came_before_it_counts()
    {
        var watch = await StartWatchingAsync();
        await watch.StreamAsync(Widget.Of("a", 11).Event("ADDED") + "nonsense\n" + Widget.Of("b", 12).Event("ADDED"));

        Assert.Equal("11", (await Server.NextAsync()).Query("resourceVersion"));
        await Cache.HoldsAsync("a:11");
    }

    [Fact]
    public async Task An_object_that_does_not_fit_is_left_out_and_the_others_arrive()
    {
        Start(new());
        await (await Server.NextAsync()).AnswerAsync(200, """{"metadata":{"resourceVersion":"10"},"items":[{"metadata":{"name":"odd"},"spec":"?"},{"metadata":{"name":"good","resourceVersion":"2"}}]}""");
        var watch = await Server.NextAsync();

        await watch.StreamAsync("""{"type":"ADDED","object":{"metadata":{"name":"odder","resourceVersion":"11"},"spec":7}}""" + "\n" + Widget.Of("b", 12).Event("ADDED"));

        await Cache.HoldsAsync("b:12", "good:2");
    }

    [Fact]
    public async Task An_object_that_no_longer_fits_is_gone_rather_than_stale_and_its_version_counts()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1), Widget.Of("b", 2));

        await watch.StreamAsync("""{"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"default","resourceVersion":"11"},"spec":7}}""" + "\n");
        await Cache.HoldsAsync("b:2");
        watch.End();

        Assert.Equal("11", (await Server.NextAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task An_object_that_is_deleted_goes_whatever_its_last_state()
    {
        var watch = await StartWatchingAsync(Widget.Of("a", 1));

        await watch.StreamAsync("""{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"default","resourceVersion":"11"},"spec":7}}""" + "\n");

        await Cache.HoldsAsync();
    }

    /// <summary>After a 410, whatever its form: a list, not a watch; then "b" is gone, "a" has changed, "c" is new.</summary>
    private async Task AnswerRelistAsync()
    {
        await Cache.HoldsAsync("a:1", "b:2");
        Changes.Clear();
        var list = await Server.NextAsync();
        Assert.Equal("/apis/test.kubewol.io/v1/widgets?limit=500", list.Target);
        await list.AnswerAsync(200, Widget.List(99, null, Widget.Of("a", 50), Widget.Of("c", 60)));

        Assert.Equal("99", (await Server.NextAsync()).Query("resourceVersion"));
        Assert.Equal(["a:1>50", "b:2>", "c:>60"], Changes.Order());
        Assert.Equal(1, await Registry.ReadAsync("""kubewol_watch_relists_total{resource="widgets"}"""));
    }
}
