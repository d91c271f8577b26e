using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using KubeWol.TestCluster;

namespace KubeWol.FaultProxy.Tests;

public sealed class ApiProxyTests(ProxiedServer server) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private ApiProxy _proxy = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = await server.NewProxyAsync();
        _client = server.Through(_proxy);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_rule_everything_passes_over_HTTP_2_and_is_counted()
    {
        var name = server.NewName();
        using var made = await _client.CreateMapAsync(name);
        Assert.Equal((HttpStatusCode.Created, HttpVersion.Version20), (made.StatusCode, made.Version));
        Assert.True(await server.ExistsAsync(name));
        using var missing = await _client.GetAsync($"{Maps.Path}/nobody", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal(1, _proxy.Calls[("other", "POST configmaps")]);
        Assert.Equal(1, _proxy.Calls[("other", "GET configmaps")]);
        Assert.Empty(_proxy.Injected);
    }

    [Theory]
    [InlineData(FaultKind.Unauthorized, 401, "Unauthorized")]
    [InlineData(FaultKind.Forbidden, 403, "Forbidden")]
    [InlineData(FaultKind.NoSuchObject, 404, "NotFound")]
    [InlineData(FaultKind.Conflict, 409, "AlreadyExists")]
    [InlineData(FaultKind.TooLarge, 413, "RequestEntityTooLarge")]
    [InlineData(FaultKind.Invalid, 422, "Invalid")]
    [InlineData(FaultKind.TooManyRequests, 429, "TooManyRequests")]
    [InlineData(FaultKind.InternalError, 500, "InternalError")]
    [InlineData(FaultKind.Unavailable, 503, "ServiceUnavailable")]
    [InlineData(FaultKind.GatewayTimeout, 504, "Timeout")]
    public async Task A_refusal_is_worded_as_the_API_server_words_it_and_nothing_is_done(FaultKind kind, int code, string reason)
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(kind) { Call = "POST configmaps", Times = 1 });
        using var refused = await _client.CreateMapAsync(name);
        Assert.Equal(code, (int)refused.StatusCode);
        using var status = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(("Status", reason, code), (status.RootElement.GetProperty("kind").GetString(), status.RootElement.GetProperty("reason").GetString(), status.RootElement.GetProperty("code").GetInt32()));
        Assert.Equal(kind == FaultKind.TooManyRequests ? TimeSpan.FromSeconds(1) : null, refused.Headers.RetryAfter?.Delta);
        Assert.False(await server.ExistsAsync(name));

        // Once was said: the next one passes.
        using var made = await _client.CreateMapAsync(name);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal([new FaultCount("other", "POST configmaps", kind, 1)], _proxy.Injected);
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_a_bare_404()
    {
        using var rule = _proxy.Add(new(FaultKind.NotServed));
        using var refused = await _client.GetAsync(Maps.Path, Cancel);
        Assert.Equal((HttpStatusCode.NotFound, "404 page not found\n"), (refused.StatusCode, await refused.Content.ReadAsStringAsync(Cancel)));
    }

    [Theory]
    [InlineData(FaultKind.Reset, false)]
    [InlineData(FaultKind.ResetAfter, true)]
    [InlineData(FaultKind.Disconnect, false)]
    public async Task A_reset_comes_before_or_after_what_was_asked_for_is_done(FaultKind kind, bool done)
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(kind) { Times = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.CreateMapAsync(name));
        Assert.Equal(done, await server.ExistsAsync(name));
        Assert.Equal(1, rule.Injected);
        using var next = await _client.GetAsync(Maps.Path, Cancel);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData(FaultKind.NoAnswer, false)]
    [InlineData(FaultKind.NoAnswerAfter, true)]
    [InlineData(FaultKind.HalfOpen, false)]
    public async Task An_answer_that_never_comes_leaves_the_client_waiting(FaultKind kind, bool done)
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(kind) { Times = 1 });
        var asking = _client.CreateMapAsync(name);
        await Eventually.BecomesTrueAsync("it is injected", () => Task.FromResult(rule.Injected == 1), Cancel);
        Assert.False(asking.IsCompleted);
        Assert.Equal(done, await server.ExistsAsync(name));
        _client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        // Another connection works.
        using var other = server.Through(_proxy);
        using var next = await other.GetAsync(Maps.Path, Cancel);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task A_504_after_the_fact_has_had_its_effect()
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(FaultKind.GatewayTimeoutAfter));
        using var late = await _client.CreateMapAsync(name);
        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.True(await server.ExistsAsync(name));
    }

    [Fact]
    public async Task A_truncated_answer_ends_in_good_order_within_its_JSON()
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(FaultKind.Truncated));
        using var cut = await _client.CreateMapAsync(name);
        Assert.Equal(HttpStatusCode.Created, cut.StatusCode);
        var half = await cut.Content.ReadAsStringAsync(Cancel);
        Assert.StartsWith("{", half, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(half));
        Assert.True(await server.ExistsAsync(name));
    }

    [Fact]
    public async Task A_quiet_watch_begins_at_once_and_its_events_come_one_by_one()
    {
        var name = server.NewName();
        using var events = await WatchAsync(name);
        for (var round = 0; round < 2; round++)
        {
            using var made = await server.Direct.CreateMapAsync(name);
            Assert.Contains("ADDED", await events.ReadLineAsync(Cancel).AsTask().WaitAsync(Soon, Cancel), StringComparison.Ordinal);
            using var gone = await server.Direct.DeleteAsync($"{Maps.Path}/{name}", Cancel);
            Assert.Contains("DELETED", await events.ReadLineAsync(Cancel).AsTask().WaitAsync(Soon, Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Watches_can_all_be_ended_in_good_order()
    {
        using var events = await WatchAsync("nobody");
        _proxy.EndWatches();
        Assert.Empty(await events.ReadToEndAsync(Cancel));
        var name = server.NewName();
        using var again = await WatchAsync(name);
        using var made = await server.Direct.CreateMapAsync(name);
        Assert.Contains("ADDED", await again.ReadLineAsync(Cancel).AsTask().WaitAsync(Soon, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_that_reach_the_server_are_on_record_whatever_their_caller_was_told()
    {
        var name = server.NewName();
        using var before = _proxy.Add(new(FaultKind.Unavailable) { Times = 1 });
        using var after = _proxy.Add(new(FaultKind.ResetAfter) { Times = 1 });
        using var first = await _client.CreateMapAsync(name);
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.CreateMapAsync(name));
        using var third = await _client.CreateMapAsync(name);
        Assert.Equal([(201, true), (409, false)], _proxy.Writes.Select(w => (w.Status, w.IsDone)));
        Assert.All(_proxy.Writes, w => Assert.Contains(name, w.Call.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watch_is_cut_in_the_middle_of_an_event()
    {
        var name = server.NewName();
        using var rule = _proxy.Add(new(FaultKind.CutEvent) { Call = "WATCH configmaps" });
        using var events = await WatchAsync(name);
        Assert.Equal(0, rule.Injected);
        using var made = await server.Direct.CreateMapAsync(name);
        await Assert.ThrowsAnyAsync<IOException>(() => events.ReadToEndAsync(Cancel));
        Assert.Equal(1, rule.Injected);
    }

    [Fact]
    public async Task A_watch_whose_version_is_forgotten_says_so_in_an_event()
    {
        using var rule = _proxy.Add(new(FaultKind.GoneEvent));
        using var events = await WatchAsync("nobody");
        using var line = JsonDocument.Parse(await events.ReadToEndAsync(Cancel));
        Assert.Equal(("ERROR", 410), (line.RootElement.GetProperty("type").GetString(), line.RootElement.GetProperty("object").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task A_slow_answer_comes()
    {
        using var rule = _proxy.Add(new(new Fault(FaultKind.Slow) { Delay = TimeSpan.FromMilliseconds(50) }));
        using var answer = await _client.GetAsync(Maps.Path, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, rule.Injected);
    }

    [Fact]
    public async Task A_server_that_is_away_resets_everybody()
    {
        using var before = await _client.GetAsync(Maps.Path, Cancel);
        _proxy.IsAway = true;
        foreach (var _ in (int[])[1, 2])
        {
            // Where a connection is reset just as it comes about, HttpClient lets the socket's own exception through.
            var broken = await Record.ExceptionAsync(() => _client.GetAsync(Maps.Path, Cancel));
            Assert.True(broken is HttpRequestException or SocketException, $"{broken}");
        }

        _proxy.IsAway = false;
        using var after = await _client.GetAsync(Maps.Path, Cancel);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Connections_can_all_be_reset_or_frozen()
    {
        using var events = await WatchAsync("nobody");
        _proxy.ResetConnections();
        await Assert.ThrowsAnyAsync<IOException>(() => events.ReadToEndAsync(Cancel));
        using var again = await WatchAsync("nobody");
        _proxy.FreezeConnections();
        var asking = _client.GetAsync(Maps.Path, Cancel);
        using var other = server.Through(_proxy);
        using var answer = await other.GetAsync(Maps.Path, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(asking.IsCompleted);
        _client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task A_rule_lets_the_first_ones_pass_and_ends_after_its_times()
    {
        using var rule = _proxy.Add(new(FaultKind.Unavailable) { Call = "LIST configmaps", Skip = 1, Times = 2 });
        var codes = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await _client.GetAsync(Maps.Path, Cancel);
            codes.Add((int)answer.StatusCode);
        }

        Assert.Equal([200, 503, 503, 200, 200], codes);
        Assert.Equal((5, 2), (rule.Matched, rule.Injected));
    }

    [Fact]
    public async Task A_caller_is_known_by_its_service_account_token()
    {
        using var account = await server.Direct.PostAsync(
            "api/v1/namespaces/default/serviceaccounts", new StringContent("""{"metadata":{"name":"kubewol-operator"}}""", null, "application/json"), Cancel);
        var token = await server.Api.TokenForServiceAccountAsync("default", "kubewol-operator", null, Cancel);
        using var other = server.Through(_proxy, token);
        using var rule = _proxy.Add(new(FaultKind.InternalError) { Caller = "kubewol-operator" });
        using var mine = await other.GetAsync(Maps.Path, Cancel);
        using var admins = await _client.GetAsync(Maps.Path, Cancel);
        Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.OK), (mine.StatusCode, admins.StatusCode));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_faults_and_another_seed_others()
    {
        var first = await DrawnAsync(7);
        Assert.Equal(first, await DrawnAsync(7));
        Assert.NotEqual(first, await DrawnAsync(8));
        Assert.InRange(first.Count(code => code != 200), 5, 35);
    }

    private async Task<IReadOnlyList<int>> DrawnAsync(int seed)
    {
        await using var proxy = await server.NewProxyAsync();
        using var client = server.Through(proxy);
        proxy.InjectAtRandom(seed, new() { Share = 0.5, Faults = [FaultKind.Unavailable, FaultKind.Unauthorized] });
        var codes = new List<int>();
        for (var i = 0; i < 40; i++)
        {
            using var answer = await client.GetAsync(Maps.Path, Cancel);
            codes.Add((int)answer.StatusCode);
        }

        Assert.Equal(codes.Count(code => code != 200), proxy.Injected.Sum(i => i.Count));
        return codes;
    }

    private async Task<StreamReader> WatchAsync(string name) =>
        new(await _client.GetStreamAsync($"{Maps.Path}?watch=1&resourceVersion=0&fieldSelector=metadata.name={name}", Cancel).WaitAsync(Soon, Cancel));
}
