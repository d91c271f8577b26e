using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>What becomes of messages while the API server, or the way to it, does not do what it should.</summary>
public sealed class DeliveryTroubleTests : DelivererScene
{
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
        await (await Api.NextAsync()).RefuseAsync(status, reason);
        await ThenItIsCreatedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_breaks_is_tried_again(bool midway)
    {
        Hear();
        await (await Api.NextAsync()).CutAsync(midway);
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task An_answer_that_is_none_is_tried_again()
    {
        Hear();
        await (await Api.NextAsync()).AnswerAsync(201, "<html>a proxy's page</html>");
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up_after_ten_seconds_and_tried_again()
    {
        Hear();
        var silent = await Api.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(10));
        await silent.Left.SoonAsync();
        await ThenItIsCreatedAsync();
    }

    [Fact]
    public async Task A_request_whose_answer_was_lost_is_found_to_be_there()
    {
        Hear();
        await (await Api.NextAsync()).CutAsync(midway: true);
        await PassAsync();
        await (await Api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await Api.NextAsync()).AnswerAsync(200, Existing());
        await ResultsAsync("AlreadyThere 1");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task The_server_says_how_long_it_wants_to_be_left_alone(int status)
    {
        Hear();
        await (await Api.NextAsync()).RefuseAsync(status, "TooManyRequests", retryAfter: "17");
        Assert.InRange((await Time.WaitBegunAsync(TimeSpan.FromSeconds(29), TimeSpan.FromSeconds(16))).TotalSeconds, 17, 17.85);
        Time.Advance(TimeSpan.FromSeconds(16.9));
        Assert.False(Api.HasNext);
        Time.Advance(TimeSpan.FromSeconds(1));
        await (await Api.NextAsync()).CreateAsync();
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
            await (await Api.NextAsync()).RefuseAsync(429, "TooManyRequests", retryAfter: retryAfter);
            await PassAsync();
        }

        await (await Api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
    }

    [Fact]
    public async Task A_message_past_its_deadline_is_still_brought_and_counted_apart()
    {
        Hear(Frame(), Noon.AddMinutes(-5));
        var request = await Api.NextAsync();
        await request.CreateAsync();
        await ResultsAsync("Late 1");
        Assert.Equal([$"The WakeRequest {request.Name} for {request.Target} is written 00:05:00 after the frame was heard: too late to be carried out"], Log.Of(LogLevel.Warning));

        Hear(Frame(), Noon.AddMinutes(-4.9));
        await (await Api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1, Late 1");
        Assert.Equal(1, await Page.ValueAsync("kubewol_agent_request_duration_seconds_count"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(365 * 24 * 60)]
    public async Task A_clock_that_was_set_back_loses_nothing(int minutes)
    {
        Hear(Frame(), Noon.AddMinutes(minutes));
        await (await Api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(0, await Page.ValueAsync("kubewol_agent_request_duration_seconds_sum"));
    }

    /// <summary>However many messages wait: one after the other asks whether the server is back, ever more rarely, and the log has it once.</summary>
    [Fact]
    public async Task A_server_that_is_away_is_only_probed_and_brought_everything_when_it_is_back()
    {
        const int messages = 100;
        for (var i = 0; i < messages; i++) Hear(Frame(), Noon);
        Assert.InRange(await RefuseUntilAsync(async () => await Page.ValueAsync("kubewol_agent_api_circuit_open") == 1, atOnce: Deliverer.Workers), Deliverer.Workers, 3 * Deliverer.Workers);

        var end = Time.GetUtcNow().AddMinutes(1);
        Assert.InRange(await RefuseUntilAsync(() => Task.FromResult(Time.GetUtcNow() > end), atOnce: 1), 1, 24);
        Assert.Equal(messages, Outbox.Count);

        await Eventually.BecomesTrueAsync(
            "all are brought",
            async () =>
            {
                Time.Advance(TimeSpan.FromSeconds(0.5));
                while (Api.HasNext) await (await Api.NextAsync()).CreateAsync();
                return await Page.ResultsAsync("requests") == $"Created {messages}";
            },
            Cancel);
        Assert.Equal(0, await Page.ValueAsync("kubewol_agent_api_circuit_open"));
        Assert.Equal(["Cannot write WakeRequests, keeping messages and trying again: the server is starting"], Log.Of(LogLevel.Warning));
        Assert.Equal(1, Log.Count(124));
    }

    /// <summary>What is refused may be that one's fault: what comes after it must not wait for it.</summary>
    [Fact]
    public async Task A_message_that_is_refused_holds_nobody_up()
    {
        Hear();
        await (await Api.NextAsync()).RefuseAsync(403, "Forbidden", "denied by a webhook");
        for (var i = 0; i < 20; i++)
        {
            Hear(Frame(), Noon);
            await (await Api.NextAsync()).CreateAsync();
        }

        await ResultsAsync("Created 20");
        Assert.Equal((1, 0), (Outbox.Count, await Page.ValueAsync("kubewol_agent_api_circuit_open")));
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
        await Deliverer.StopAsync(Cancel);
        var log = new LogRecorder<Deliverer>();
        using var deliverer = await StartAsync(Api.Address, log);
        Assert.Equal("waiting for the API server", deliverer.Missing);
        for (var i = 0; i < 2; i++)
        {
            await (await Api.NextAsync()).RefuseAsync(403, "Forbidden", "agents may not get wakerequests");
            await PassAsync();
        }

        var last = await Api.NextAsync();
        Assert.Equal($"GET {Requests}/kubewol-agent-greeting", $"{last}");
        Assert.Equal("waiting for the API server: agents may not get wakerequests", deliverer.Missing);
        await last.RefuseAsync(404, "NotFound");
        await Eventually.BecomesTrueAsync("it is well", () => deliverer.Missing is null, Cancel);
        await deliverer.StopAsync(Cancel);
        Assert.Equal(["Cannot write WakeRequests, keeping messages and trying again: agents may not get wakerequests"], log.Of(LogLevel.Warning));
        Assert.Equal(1, log.Count(124));
        Assert.Equal(0, await Page.ValueAsync("kubewol_agent_request_retries_total"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_yet_is_brought_everything_when_it_comes()
    {
        await Deliverer.StopAsync(Cancel); // or it might take the message
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
                Time.Advance(TimeSpan.FromSeconds(1));
                while (api.HasNext)
                {
                    var request = await api.NextAsync();
                    await ($"{request}".StartsWith("GET", StringComparison.Ordinal) ? request.RefuseAsync(404, "NotFound") : request.CreateAsync());
                }

                return await Page.ResultsAsync("requests") == "Created 1" && deliverer.Missing is null;
            },
            Cancel);
        Assert.Single(log.Of(LogLevel.Warning));
        await deliverer.StopAsync(Cancel);
    }

    [Fact]
    public async Task Slow_requests_do_not_hold_up_the_others_and_the_rest_comes_in_order()
    {
        var frames = Enumerable.Range(0, Deliverer.Workers + 4).Select(_ => Some.NextTarget()).ToList();
        foreach (var target in frames) Hear(Formats.Frame("IPv4", target), Noon);
        var held = new List<Exchange>();
        for (var i = 0; i < Deliverer.Workers; i++) held.Add(await Api.NextAsync());
        Assert.Equal(frames[..Deliverer.Workers].Select(t => $"{t}"), held.Select(h => h.Target).Order(StringComparer.Ordinal));
        Assert.False(Api.HasNext);

        foreach (var target in frames[Deliverer.Workers..])
        {
            await held[5].CreateAsync();
            held[5] = await Api.NextAsync();
            Assert.Equal($"{target}", held[5].Target);
        }

        foreach (var exchange in held) await exchange.CreateAsync();
        await ResultsAsync($"Created {frames.Count}");
    }

    [Fact]
    public async Task The_end_leaves_nothing_hanging()
    {
        Hear(Frame(), Noon); // will be in a pause
        await (await Api.NextAsync()).RefuseAsync(503, "ServiceUnavailable", retryAfter: "100");
        await Time.WaitBegunAsync(TimeSpan.FromSeconds(105), TimeSpan.FromSeconds(100));
        for (var i = 0; i < Deliverer.Workers + 4; i++) Hear(Frame(), Noon); // some on their way, the others wait
        var held = new List<Exchange>();
        for (var i = 0; i < Deliverer.Workers; i++) held.Add(await Api.NextAsync());

        await Deliverer.StopAsync(Cancel).SoonAsync();
        foreach (var exchange in held) await exchange.Left.SoonAsync();
        await ResultsAsync("");
        Assert.Empty(Log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task A_defect_in_one_message_does_not_silence_the_deliverers()
    {
        Log.Failing = 120;
        for (var i = 0; i < 2 * Deliverer.Workers; i++)
        {
            Hear(Frame(), Noon);
            await (await Api.NextAsync()).CreateAsync();
        }

        await Eventually.BecomesTrueAsync("all are said", () => Log.Count(125) == 2 * Deliverer.Workers, Cancel);
        Log.Failing = 0;
        Hear(Frame(), Noon);
        await (await Api.NextAsync()).CreateAsync();
        await Eventually.BecomesTrueAsync("the next one is brought", () => Log.Count(120) == 1, Cancel);
    }

    private static byte[] Frame() => Formats.Frame("IPv4", Some.NextTarget());

    private async Task ThenItIsCreatedAsync()
    {
        await PassAsync();
        await (await Api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(1, await Page.ValueAsync("kubewol_agent_request_retries_total"));
        Assert.InRange(Log.Count(121), 0, 1); // a hiccup is not worth a line
    }

    /// <summary>Refuses whatever comes while time passes; how many that were.</summary>
    private async Task<int> RefuseUntilAsync(Func<Task<bool>> isEnough, int atOnce)
    {
        var refused = 0;
        await Eventually.BecomesTrueAsync(
            "it was refused long enough",
            async () =>
            {
                Time.Advance(TimeSpan.FromSeconds(0.25));
                var held = new List<Exchange>();
                while (Api.HasNext) held.Add(await Api.NextAsync());
                Assert.InRange(held.Count, 0, atOnce);
                foreach (var request in held) await request.RefuseAsync(503, "ServiceUnavailable", "the server is starting");
                refused += held.Count;
                return await isEnough();
            },
            Cancel);
        return refused;
    }
}
