using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>How messages become requests, against a server that the test plays and on a clock that the test moves.</summary>
public sealed class DelivererTests : IAsyncLifetime
{
    private const string Requests = "/apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests";
    private const string Name = "wol-525400123456-fd3c5818a1";
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);

    private readonly StateDirectory _state = new();
    private readonly StillTime _time = new();
    private readonly MetricsPage _page = new();
    private readonly LogRecorder<Deliverer> _log = new();
    private readonly Told _told = new();
    private readonly Outbox _outbox;
    private readonly FrameIntake _intake;
    private ScriptedApi _api = null!;
    private ClusterConnection? _connection;
    private Deliverer _deliverer = null!;
    private ClockReader? _reader;

    public DelivererTests()
    {
        _time.SetUtcNow(Noon);
        _outbox = Some.Outbox(_page, time: _time);
        _intake = Some.Intake(_page, told: _told, outbox: _outbox);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _deliverer = await StartAsync(_api.Address, _log);
        var greeting = await _api.NextAsync();
        Assert.Equal($"GET {Requests}/kubewol-agent-greeting", $"{greeting}");
        await greeting.RefuseAsync(404, "NotFound");
        await Eventually.BecomesTrueAsync("the greeting is over", () => _deliverer.Missing is null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _deliverer.StopAsync(Cancel).SoonAsync();
        _deliverer.Dispose();
        _reader?.Dispose();
        _connection!.Dispose();
        await _api.DisposeAsync();
        _state.Dispose();
    }

    [Theory]
    [InlineData("raw broadcast", "", "02:00:00:00:08:42", "'transport':'Ethernet','sourceMAC':'02:00:00:00:08:42',")]
    [InlineData("IPv4", "10", "192.0.2.84", "'transport':'UDPv4','sourceMAC':'02:00:00:00:08:42','sourceIP':'192.0.2.84','destinationPort':9,'vlans':[10],")]
    [InlineData("IPv6", "200 10", "2001:db8::842", "'transport':'UDPv6','sourceMAC':'02:00:00:00:08:42','sourceIP':'2001:db8::842','destinationPort':9,'vlans':[200,10],")]
    public async Task A_message_becomes_a_request_that_says_everything_about_it(string format, string tags, string sender, string frame)
    {
        Hear(Formats.Frame(format, Some.Target, 9, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => new VlanTag(ushort.Parse(t, CultureInfo.InvariantCulture)))), Noon.AddTicks(1_234_567));
        var request = await _api.NextAsync();

        Assert.Equal($"POST {Requests}", $"{request}");
        Assert.Equal(
            $$$$"""
            {"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"{{{{request.Name}}}}","namespace":"kubewol-system","generation":0,"labels":{"app.kubernetes.io/managed-by":"kubewol-agent","kubewol.io/mac":"525400123456","kubewol.io/message":"{{{{RequestName.MessageOf(new(Some.Target, format == "raw broadcast" ? (ushort)0 : (ushort)9))}}}}"}},"spec":{"target":{"macAddress":"52:54:00:12:34:56"},"frame":{"node":"node-a","interface":"eth0",{{{{frame.Replace('\'', '"')}}}}"capturedAt":"2026-11-22T12:00:00.123456Z"}}}
            """,
            request.Body);
        Assert.Equal(RequestName.Of(new(Some.Target, format == "raw broadcast" ? (ushort)0 : (ushort)9), Noon, 0), request.Name);

        _time.Advance(TimeSpan.FromMilliseconds(500));
        await request.CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(0.5 - 0.1234567, await _page.ValueAsync("kubewol_agent_request_latency_seconds_sum"), 6);
        Assert.Equal([$"Created WakeRequest {request.Name} for 52:54:00:12:34:56: a magic packet from {sender} on eth0"], _log.Of(LogLevel.Information));
    }

    [Fact]
    public async Task A_request_that_another_node_wrote_first_is_enough()
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        var look = await _api.NextAsync();
        Assert.Equal($"GET {Requests}/{Name}", $"{look}");
        await look.AnswerAsync(200, Existing());

        await ResultsAsync("AlreadyThere 1");
        Assert.False(_api.HasNext);
        Assert.Empty(_log.Lines);
    }

    /// <summary>The frame was captured at noon.</summary>
    [Theory]
    [InlineData("""{"phase":"Pending"}""", false)]
    [InlineData("""{"phase":"Running"}""", false)]
    [InlineData("""{"phase":"Succeeded","completedAt":"2026-11-22T12:00:00Z"}""", false)]
    [InlineData("""{"phase":"Succeeded","completedAt":"2026-11-22T11:59:59Z"}""", true)] // wake, sleep, and wake again
    [InlineData("""{"phase":"Failed"}""", false)]
    [InlineData("""{"phase":"Failed","completedAt":"2026-11-22T12:00:01Z"}""", false)]
    [InlineData("""{"phase":"Failed","completedAt":"2026-11-22T12:00:00Z"}""", false)]
    [InlineData("""{"phase":"Failed","completedAt":"2026-11-22T11:59:59.000001Z"}""", false)] // clocks may differ by a second
    [InlineData("""{"phase":"Failed","completedAt":"2026-11-22T11:59:59Z"}""", true)]
    [InlineData("""{"phase":"Failed","completedAt":"2026-11-22T11:59:55Z"}""", true)]
    [InlineData("""{"phase":"SomethingNewer","completedAt":"2026-11-22T11:59:55Z"}""", true)]
    public async Task A_request_that_ended_before_the_message_was_heard_does_not_silence_it(string status, bool asksAnew)
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await _api.NextAsync()).AnswerAsync(200, Existing(status));
        if (asksAnew)
        {
            var second = await _api.NextAsync();
            Assert.Equal(RequestName.Of(new(Some.Target, 9), Noon, 1), second.Name);
            await second.CreateAsync();
        }

        await ResultsAsync(asksAnew ? "Created 1" : "AlreadyThere 1");
    }

    [Fact]
    public async Task A_request_that_is_gone_by_the_time_it_is_read_was_there()
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await _api.NextAsync()).RefuseAsync(404, "NotFound");
        await ResultsAsync("AlreadyThere 1");
    }

    [Fact]
    public async Task However_often_it_ended_within_a_window_the_asking_ends()
    {
        Hear();
        var names = new HashSet<string>();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var request = await _api.NextAsync();
            Assert.True(names.Add(request.Name));
            await request.RefuseAsync(409, "AlreadyExists");
            await (await _api.NextAsync()).AnswerAsync(200, Existing("""{"phase":"Failed","completedAt":"2026-11-22T11:59:55Z"}"""));
        }

        await ResultsAsync("AlreadyThere 1");
        Assert.False(_api.HasNext);
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(413, "RequestEntityTooLarge")]
    [InlineData(422, "Invalid")]
    public async Task What_the_server_will_never_take_is_given_up_at_once_and_said(int status, string reason)
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(status, reason, "spec.frame.node: Invalid value");

        await ResultsAsync("Refused 1");
        Assert.Equal(["The API server refused the WakeRequest for 52:54:00:12:34:56: spec.frame.node: Invalid value"], _log.Of(LogLevel.Error));
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_request_retries_total"));
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "NotFound")] // the namespace
    [InlineData(404, "")] // the kind
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(502, "")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(504, "Timeout")]
    public async Task A_refusal_that_may_pass_is_tried_again(int status, string reason)
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(status, reason);
        await ThenItIsCreatedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_breaks_is_tried_again(bool midway)
    {
        Hear();
        await (await _api.NextAsync()).CutAsync(midway);
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task An_answer_that_is_none_is_tried_again()
    {
        Hear();
        await (await _api.NextAsync()).AnswerAsync(201, "<html>a proxy's page</html>");
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up_after_ten_seconds_and_tried_again()
    {
        Hear();
        var silent = await _api.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await silent.Left.SoonAsync();
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task A_request_whose_answer_was_lost_is_found_to_be_there()
    {
        Hear();
        await (await _api.NextAsync()).CutAsync(midway: true);
        await PassAsync();
        await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await _api.NextAsync()).AnswerAsync(200, Existing());
        await ResultsAsync("AlreadyThere 1");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task The_server_says_how_long_it_wants_to_be_left_alone(int status)
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(status, "TooManyRequests", retryAfter: "17");
        Assert.InRange((await _time.WaitBegunAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(16))).TotalSeconds, 17, 17.85);
        _time.Advance(TimeSpan.FromSeconds(16.9));
        Assert.False(_api.HasNext);
        _time.Advance(TimeSpan.FromSeconds(1));
        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("soon")]
    public async Task A_server_that_names_no_sensible_time_is_left_alone_for_the_usual_one(string retryAfter)
    {
        Hear();
        for (var i = 0; i < 4; i++)
        {
            await (await _api.NextAsync()).RefuseAsync(429, "TooManyRequests", retryAfter: retryAfter);
            await PassAsync();
        }

        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
    }

    [Fact]
    public async Task A_message_past_its_deadline_is_still_brought_and_counted_apart()
    {
        Hear(Frame(), Noon.AddMinutes(-5));
        var request = await _api.NextAsync();
        await request.CreateAsync();
        await ResultsAsync("Late 1");
        Assert.Equal([$"The WakeRequest {request.Name} for {request.Target} is written 00:05:00 after the frame was heard: too late to be carried out"], _log.Of(LogLevel.Warning));

        Hear(Frame(), Noon.AddMinutes(-4.9));
        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1, Late 1");
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_request_latency_seconds_count"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(365 * 24 * 60)]
    public async Task A_clock_that_was_set_back_loses_nothing(int minutes)
    {
        Hear(Frame(), Noon.AddMinutes(minutes));
        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_request_latency_seconds_sum"));
    }

    /// <summary>However many messages wait: one after the other asks whether the server is back, ever more rarely, and the log has it once.</summary>
    [Fact]
    public async Task A_server_that_is_away_is_only_probed_and_brought_everything_when_it_is_back()
    {
        const int messages = 100;
        for (var i = 0; i < messages; i++) Hear(Frame(), Noon);
        Assert.InRange(await RefuseUntilAsync(async () => await _page.ValueAsync("kubewol_agent_api_circuit_open") == 1, atOnce: 8), 8, 24);

        var end = _time.GetUtcNow().AddMinutes(1);
        Assert.InRange(await RefuseUntilAsync(() => Task.FromResult(_time.GetUtcNow() > end), atOnce: 1), 1, 24);
        Assert.Equal(messages, _outbox.Count);

        await Eventually.BecomesTrueAsync(
            "all are brought",
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(0.5));
                while (_api.HasNext) await (await _api.NextAsync()).CreateAsync();
                return await _page.ResultsAsync("requests") == $"Created {messages}";
            },
            Cancel);
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_api_circuit_open"));
        Assert.Equal(["Cannot write WakeRequests, keeping messages and trying again: the server is starting"], _log.Of(LogLevel.Warning));
        Assert.Equal(1, _log.Count(124));
    }

    /// <summary>What is refused may be that one's fault: what comes after it must not wait for it.</summary>
    [Fact]
    public async Task A_message_that_is_refused_holds_nobody_up()
    {
        Hear();
        await (await _api.NextAsync()).RefuseAsync(403, "Forbidden", "denied by a webhook");
        for (var i = 0; i < 20; i++)
        {
            Hear(Frame(), Noon);
            await (await _api.NextAsync()).CreateAsync();
        }

        await ResultsAsync("Created 20");
        Assert.Equal((1, 0), (_outbox.Count, await _page.ValueAsync("kubewol_agent_api_circuit_open")));
    }

    [Theory]
    [InlineData(0, 500, null, 0.1, 0.2)]
    [InlineData(3, 500, null, 0.8, 1.6)]
    [InlineData(9, 500, null, 2.5, 5)]
    [InlineData(999, 0, null, 2.5, 5)]
    [InlineData(0, 403, null, 0.5, 1)]
    [InlineData(4, 404, null, 8, 16)]
    [InlineData(9, 403, null, 15, 30)]
    [InlineData(9, 429, 17, 17, 17.85)]
    [InlineData(0, 503, 1000, 300, 315)]
    [InlineData(0, 429, 0, 0.1, 0.2)]
    public void The_pauses_grow_and_are_as_long_as_the_server_wishes(int attempts, int status, int? wish, double least, double most)
    {
        var after = wish is { } seconds ? TimeSpan.FromSeconds(seconds) : default(TimeSpan?);
        Exception problem = status == 0 ? new HttpRequestException() : new ApiException((System.Net.HttpStatusCode)status, "", "", after);
        var pauses = Enumerable.Range(0, 50).Select(_ => Deliverer.Pause(attempts, problem).TotalSeconds).ToList();
        Assert.All(pauses, p => Assert.InRange(p, least, most));
        Assert.True(pauses.Distinct().Count() > 25, "all nodes would come back at once");
    }

    [Fact]
    public async Task A_greeting_that_fails_is_said_and_repeated_until_there_is_an_answer()
    {
        await _deliverer.StopAsync(Cancel);
        var log = new LogRecorder<Deliverer>();
        using var deliverer = await StartAsync(_api.Address, log);
        Assert.Equal("waiting for the API server", deliverer.Missing);
        for (var i = 0; i < 2; i++)
        {
            await (await _api.NextAsync()).RefuseAsync(403, "Forbidden", "agents may not get wakerequests");
            await PassAsync();
        }

        var last = await _api.NextAsync();
        Assert.Equal($"GET {Requests}/kubewol-agent-greeting", $"{last}");
        Assert.Equal("waiting for the API server: agents may not get wakerequests", deliverer.Missing);
        await last.RefuseAsync(404, "NotFound");
        await Eventually.BecomesTrueAsync("it is well", () => deliverer.Missing is null, Cancel);
        await deliverer.StopAsync(Cancel);
        Assert.Equal(["Cannot write WakeRequests, keeping messages and trying again: agents may not get wakerequests"], log.Of(LogLevel.Warning));
        Assert.Equal(1, log.Count(124));
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_request_retries_total"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_yet_is_brought_everything_when_it_comes()
    {
        await _deliverer.StopAsync(Cancel); // or it might take the message
        var log = new LogRecorder<Deliverer>();
        var port = LoopbackPorts.Pick();
        using var deliverer = await StartAsync(new($"http://127.0.0.1:{port}"), log);
        await Eventually.BecomesTrueAsync("it is said", () => !log.Lines.IsEmpty, Cancel);
        Assert.Contains("Connection refused", deliverer.Missing, StringComparison.Ordinal);
        Hear();
        for (var i = 0; i < 3; i++) await PassAsync();
        await using var api = await ScriptedApi.StartAsync(port);
        await Eventually.BecomesTrueAsync(
            "the message is brought",
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                while (api.HasNext)
                {
                    var request = await api.NextAsync();
                    await ($"{request}".StartsWith("GET", StringComparison.Ordinal) ? request.RefuseAsync(404, "NotFound") : request.CreateAsync());
                }

                return await _page.ResultsAsync("requests") == "Created 1" && deliverer.Missing is null;
            },
            Cancel);
        Assert.Single(log.Of(LogLevel.Warning));
        await deliverer.StopAsync(Cancel);
    }

    [Fact]
    public async Task Slow_requests_do_not_hold_up_the_others_and_the_rest_comes_in_order()
    {
        var frames = Enumerable.Range(0, 12).Select(_ => Some.NextTarget()).ToList();
        foreach (var target in frames) Hear(Formats.Frame("IPv4", target), Noon);
        var held = new List<Exchange>();
        for (var i = 0; i < 8; i++) held.Add(await _api.NextAsync());
        Assert.Equal(frames[..8].Select(t => $"{t}"), held.Select(h => h.Target).Order(StringComparer.Ordinal));
        Assert.False(_api.HasNext);

        foreach (var target in frames[8..])
        {
            await held[5].CreateAsync();
            held[5] = await _api.NextAsync();
            Assert.Equal($"{target}", held[5].Target);
        }

        foreach (var exchange in held) await exchange.CreateAsync();
        await ResultsAsync("Created 12");
    }

    [Fact]
    public async Task The_end_leaves_nothing_hanging()
    {
        Hear(Frame(), Noon); // will be in a pause
        await (await _api.NextAsync()).RefuseAsync(503, "ServiceUnavailable", retryAfter: "100");
        await _time.WaitBegunAsync(TimeSpan.FromSeconds(105), TimeSpan.FromSeconds(100));
        for (var i = 0; i < 12; i++) Hear(Frame(), Noon); // eight on their way, the others wait
        var held = new List<Exchange>();
        for (var i = 0; i < 8; i++) held.Add(await _api.NextAsync());

        await _deliverer.StopAsync(Cancel).SoonAsync();
        foreach (var exchange in held) await exchange.Left.SoonAsync();
        await ResultsAsync("");
        Assert.Empty(_log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task A_defect_in_one_message_does_not_silence_the_deliverers()
    {
        _log.Failing = 120;
        for (var i = 0; i < 16; i++)
        {
            Hear(Frame(), Noon);
            await (await _api.NextAsync()).CreateAsync();
        }

        await Eventually.BecomesTrueAsync("all are said", () => _log.Count(125) == 16, Cancel);
        _log.Failing = 0;
        Hear(Frame(), Noon);
        await (await _api.NextAsync()).CreateAsync();
        await Eventually.BecomesTrueAsync("the next one is brought", () => _log.Count(120) == 1, Cancel);
    }

    [Theory]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    public async Task A_password_goes_sealed_for_the_operator_and_the_agent_forgets_it(string octets)
    {
        using var key = OpeningKey.Create();
        _told.Say(key.PublicText);
        Hear(With(octets), Noon.AddTicks(1_234_567));
        var first = await _api.NextAsync();
        Assert.Equal(0, key.Find(Digest(first), Context(first), [SecureOnPassword.Of(Convert.FromHexString(octets))]));
        Assert.Equal(-1, key.Find(Digest(first), Context(first), [SecureOnPassword.Of([9, 9, 9, 9])]));
        Assert.DoesNotContain(octets, first.Body, StringComparison.OrdinalIgnoreCase);

        // The next name needs a seal of its own.
        await first.RefuseAsync(409, "AlreadyExists");
        await (await _api.NextAsync()).AnswerAsync(200, Existing("""{"phase":"Failed","completedAt":"2026-11-22T11:59:55Z"}"""));
        var second = await _api.NextAsync();
        Assert.Equal(0, key.Find(Digest(second), Context(second), [SecureOnPassword.Of(Convert.FromHexString(octets))]));
        Assert.Null(key.Find(Digest(first), Context(second), [SecureOnPassword.Of(Convert.FromHexString(octets))]) is null or -1 ? null : "moved");
        await second.CreateAsync();

        await ResultsAsync("Created 1");
        Assert.Equal("Sealed 1", await _page.ResultsAsync("passwords"));
        Assert.DoesNotContain(_log.Lines, l => l.Text.Contains("assword", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no key")]
    public async Task Without_a_key_the_request_goes_without_the_password_and_that_is_counted_and_said(string? published)
    {
        if (published is not null) _told.Say(published);
        Hear(With("01020304"), Noon);
        var request = await _api.NextAsync();
        Assert.DoesNotContain("secureOn", request.Body, StringComparison.Ordinal);
        await request.CreateAsync();

        await ResultsAsync("Created 1");
        Assert.Equal("NoKey 1", await _page.ResultsAsync("passwords"));
        Assert.Equal([$"The WakeRequest {request.Name} goes without the frame's SecureOn password: the operator has published no key to seal it with"], _log.Of(LogLevel.Warning));
        Assert.Equal(published is null ? 0 : 1, _told.Log.Count(128));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Just_after_the_start_a_password_waits_two_seconds_for_the_key(bool comes)
    {
        using var key = OpeningKey.Create();
        var told = new Told(isKnown: false);
        await _deliverer.StopAsync(Cancel);
        using var deliverer = await StartAsync(_api.Address, _log, told);
        await (await _api.NextAsync()).RefuseAsync(404, "NotFound");
        Hear(With("01020304"), Noon);
        Assert.Equal(TimeSpan.FromSeconds(2), await _time.WaitBegunAsync(TimeSpan.FromSeconds(2)));
        Assert.False(_api.HasNext);
        told.Say(key.PublicText);
        if (comes) told.Know();
        else _time.Advance(TimeSpan.FromSeconds(2));

        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
        await deliverer.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_signed_command_is_handed_on_as_it_came()
    {
        var command = Commands.Signed();
        Hear(With("01020304", command), Noon);
        var request = await _api.NextAsync();
        Assert.Equal(Convert.ToBase64String(command), Command(request));
        Assert.DoesNotContain("secureOn", request.Body, StringComparison.Ordinal);
        await request.CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal("", await _page.ResultsAsync("passwords"));
    }

    /// <summary>Years later it has the same name; the nonce is in it.</summary>
    [Theory]
    [InlineData(0, "AlreadyThere 1")]
    [InlineData(5, "AlreadyThere 1")]
    [InlineData(-5, "AlreadyThere 1")]
    [InlineData(5.000_001, "Replayed 1")]
    [InlineData(1e9, "Replayed 1")]
    public async Task The_same_command_heard_later_than_one_broadcast_takes_is_a_replay(double seconds, string result)
    {
        var command = Commands.Signed();
        _time.SetUtcNow(Noon.AddYears(100)); // no message of this test is too old to be brought
        Hear(With("", command), Noon.AddYears(100).AddMinutes(-1));
        var request = await _api.NextAsync();
        await request.RefuseAsync(409, "AlreadyExists");
        await (await _api.NextAsync()).AnswerAsync(200, Commanded(Convert.ToBase64String(command), Noon.AddYears(100).AddMinutes(-1).AddSeconds(-seconds), """{"phase":"Succeeded","completedAt":"2026-11-22T11:00:00Z"}"""));

        await ResultsAsync(result);
        Assert.Equal(
            result.StartsWith('R') ? [$"A signed command for 52:54:00:12:34:56 was sent again by 02:00:00:00:08:42; it stands in the WakeRequest {request.Name} and is not asked for twice"] : [],
            _log.Of(LogLevel.Warning));
        Assert.False(_api.HasNext);
    }

    [Fact]
    public async Task Copies_with_another_signature_that_were_there_first_do_not_keep_the_right_command_out()
    {
        Hear(With("", Commands.Signed()), Noon);
        var names = new HashSet<string>();
        for (var forged = 0; forged < 8; forged++)
        {
            var request = await _api.NextAsync();
            Assert.True(names.Add(request.Name));
            await request.RefuseAsync(409, "AlreadyExists");
            await (await _api.NextAsync()).AnswerAsync(200, Commanded(Convert.ToBase64String([1, 2, (byte)forged]), Noon, "null"));
        }

        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
    }

    [Fact]
    public async Task However_many_copies_there_are_the_asking_ends()
    {
        Hear(With("", Commands.Signed()), Noon);
        for (var forged = 0; forged < 16; forged++)
        {
            await (await _api.NextAsync()).RefuseAsync(409, "AlreadyExists");
            await (await _api.NextAsync()).AnswerAsync(200, Commanded("AAAA", Noon, "null"));
        }

        await ResultsAsync("AlreadyThere 1");
        Assert.False(_api.HasNext);
    }

    private static byte[] With(string password, byte[]? command = null) =>
        new WolFrameBuilder().Build(MagicPacket.Build(Some.Target, Convert.FromHexString(password), command: command));

    private static PasswordDigest Digest(Exchange request) =>
        PasswordDigest.TryParse(Frame(request)["secureOnDigest"]!.GetValue<string>(), out var digest) ? digest : throw new InvalidOperationException("no digest");

    private static string Command(Exchange request) => Frame(request)["command"]!.GetValue<string>();

    private static JsonNode Frame(Exchange request) => JsonNode.Parse(request.Body)!["spec"]!["frame"]!;

    /// <summary>What the operator takes the digest for, as far as it knows it: from the request alone.</summary>
    private static SealContext Context(Exchange request) => new(request.Name, MacAddress.Parse(request.Target), Frame(request)["node"]!.GetValue<string>(), Frame(request)["capturedAt"]!.GetValue<DateTimeOffset>());

    private static string Commanded(string command, DateTimeOffset capturedAt, string status) =>
        $$$"""
        {"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"n","namespace":"kubewol-system"},"status":{{{status}}},
         "spec":{"target":{"macAddress":"52:54:00:12:34:56"},"frame":{"node":"node-b","interface":"eth0","transport":"Ethernet","capturedAt":"{{{capturedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}}}","command":"{{{command}}}"} } }
        """;

    private static byte[] Frame() => Formats.Frame("IPv4", Some.NextTarget());

    private static string Existing(string status = "null") =>
        $$$"""{"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"{{{Name}}}","namespace":"kubewol-system"},"spec":{"target":{"macAddress":"52:54:00:12:34:56"}},"status":{{{status}}} }""";

    private async Task<Deliverer> StartAsync(Uri server, ILogger<Deliverer> log, Told? told = null)
    {
        _reader?.Dispose(); // of a writer that was stopped
        _connection?.Dispose();
        _connection = ClusterConnection.Open(_state.Write("kubeconfig", ScriptedApi.Kubeconfig(server)));
        var (client, instructions) = (new ClusterClient(_connection, _time), (told ?? _told).Instructions);
        var deliverer = new Deliverer(_outbox, Some.Spool(_page), new(new(instructions, Some.Options), new(instructions, Some.Options, _time), Some.Clock(_time), _reader = new(Some.Clock(_time), client, Some.Options, _time), client, Some.Options), new(_page.Agent, _time), instructions, client, Some.Options, _page.Agent, _time, log);
        await deliverer.StartAsync(Cancel);
        return deliverer;
    }

    private void Hear() => Hear(Formats.Frame("IPv4", Some.Target), Noon);

    private void Hear(byte[] frame, DateTimeOffset at) => _intake.Receive(Eth0, LinkType.Ethernet, frame, at);

    /// <summary>Lets the pause before the next attempt pass.</summary>
    private async Task<TimeSpan> PassAsync()
    {
        var pause = await _time.WaitBegunAsync(TimeSpan.FromSeconds(5));
        _time.Advance(pause);
        return pause;
    }

    private async Task ThenItIsCreatedAsync()
    {
        await PassAsync();
        await (await _api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_request_retries_total"));
        Assert.InRange(_log.Count(121), 0, 1); // a hiccup is not worth a line
    }

    /// <summary>Refuses whatever comes while time passes; how many that were.</summary>
    private async Task<int> RefuseUntilAsync(Func<Task<bool>> isEnough, int atOnce)
    {
        var refused = 0;
        await Eventually.BecomesTrueAsync(
            "it was refused long enough",
            async () =>
            {
                _time.Advance(TimeSpan.FromSeconds(0.25));
                var held = new List<Exchange>();
                while (_api.HasNext) held.Add(await _api.NextAsync());
                Assert.InRange(held.Count, 0, atOnce);
                foreach (var request in held) await request.RefuseAsync(503, "ServiceUnavailable", "the server is starting");
                refused += held.Count;
                return await isEnough();
            },
            Cancel);
        return refused;
    }

    private Task ResultsAsync(string results) =>
        Eventually.BecomesTrueAsync($"'{results}' is counted", async () => await _page.ResultsAsync("requests") == results, Cancel);
}
