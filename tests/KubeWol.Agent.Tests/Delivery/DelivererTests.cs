using System.Globalization;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>How messages become requests, and what it means that one is there already.</summary>
public sealed class DelivererTests : DelivererScene
{
    [Theory]
    [InlineData("raw broadcast", "", "02:00:00:00:08:42", "'transport':'Ethernet','sourceMAC':'02:00:00:00:08:42',")]
    [InlineData("IPv4", "10", "192.0.2.84", "'transport':'UDPv4','sourceMAC':'02:00:00:00:08:42','sourceIP':'192.0.2.84','destinationPort':9,'vlans':[10],")]
    [InlineData("IPv6", "200 10", "2001:db8::842", "'transport':'UDPv6','sourceMAC':'02:00:00:00:08:42','sourceIP':'2001:db8::842','destinationPort':9,'vlans':[200,10],")]
    public async Task A_message_becomes_a_request_that_says_everything_about_it(string format, string tags, string sender, string frame)
    {
        Hear(Formats.Frame(format, Some.Target, 9, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => new VlanTag(ushort.Parse(t, CultureInfo.InvariantCulture)))), Noon.AddTicks(1_234_567));
        var request = await Api.NextAsync();

        Assert.Equal($"POST {Requests}", $"{request}");
        Assert.Equal(
            $$$$"""
            {"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"{{{{request.Name}}}}","namespace":"kubewol-system","generation":0,"labels":{"app.kubernetes.io/managed-by":"kubewol-agent","kubewol.io/mac":"525400123456","kubewol.io/message":"{{{{RequestName.MessageOf(new(Some.Target, format == "raw broadcast" ? (ushort)0 : (ushort)9))}}}}"}},"spec":{"target":{"macAddress":"52:54:00:12:34:56"},"frame":{"node":"node-a","interface":"eth0",{{{{frame.Replace('\'', '"')}}}}"capturedAt":"2026-11-22T12:00:00.123456Z"}}}
            """,
            request.Body);
        Assert.Equal(RequestName.Of(new(Some.Target, format == "raw broadcast" ? (ushort)0 : (ushort)9), Noon, 0), request.Name);

        Time.Advance(TimeSpan.FromMilliseconds(500));
        await request.CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal(0.5 - 0.1234567, await Page.ValueAsync("kubewol_agent_request_duration_seconds_sum"), 6);
        Assert.Equal([$"Created WakeRequest {request.Name} for 52:54:00:12:34:56: a magic packet from {sender} on eth0"], Log.Of(LogLevel.Information));
    }

    [Fact]
    public async Task A_request_that_another_node_wrote_first_is_enough()
    {
        Hear();
        await (await Api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        var look = await Api.NextAsync();
        Assert.Equal($"GET {Requests}/{Name}", $"{look}");
        await look.AnswerAsync(200, Existing());

        await ResultsAsync("AlreadyThere 1");
        Assert.False(Api.HasNext);
        Assert.Empty(Log.Lines);
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
        await (await Api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await Api.NextAsync()).AnswerAsync(200, Existing(status));
        if (asksAnew)
        {
            var second = await Api.NextAsync();
            Assert.Equal(RequestName.Of(new(Some.Target, 9), Noon, 1), second.Name);
            await second.CreateAsync();
        }

        await ResultsAsync(asksAnew ? "Created 1" : "AlreadyThere 1");
    }

    [Fact]
    public async Task A_request_that_is_gone_by_the_time_it_is_read_was_there()
    {
        Hear();
        await (await Api.NextAsync()).RefuseAsync(409, "AlreadyExists");
        await (await Api.NextAsync()).RefuseAsync(404, "NotFound");
        await ResultsAsync("AlreadyThere 1");
    }

    [Fact]
    public async Task However_often_it_ended_within_a_window_the_asking_ends()
    {
        Hear();
        var names = new HashSet<string>();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var request = await Api.NextAsync();
            Assert.True(names.Add(request.Name));
            await request.RefuseAsync(409, "AlreadyExists");
            await (await Api.NextAsync()).AnswerAsync(200, Existing("""{"phase":"Failed","completedAt":"2026-11-22T11:59:55Z"}"""));
        }

        await ResultsAsync("AlreadyThere 1");
        Assert.False(Api.HasNext);
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(413, "RequestEntityTooLarge")]
    [InlineData(422, "Invalid")]
    public async Task What_the_server_will_never_take_is_given_up_at_once_and_said(int status, string reason)
    {
        Hear();
        await (await Api.NextAsync()).RefuseAsync(status, reason, "spec.frame.node: Invalid value");

        await ResultsAsync("Refused 1");
        Assert.Equal(["The API server refused the WakeRequest for 52:54:00:12:34:56: spec.frame.node: Invalid value"], Log.Of(LogLevel.Error));
        Assert.Equal(0, await Page.ValueAsync("kubewol_agent_request_retries_total"));
    }
}
