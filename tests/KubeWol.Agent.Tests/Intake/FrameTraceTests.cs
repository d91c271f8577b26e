using System.Net;
using System.Text.Json;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Intake;

/// <summary>What an agent says of the frames it heard last.</summary>
public sealed class FrameTraceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);
    private static readonly MacAddress Target = Some.Target;

    private readonly StillTime _time = new();
    private readonly Published _published;

    public FrameTraceTests() => _published = new(new(), Some.Options, _time);

    [Fact]
    public async Task Every_magic_packet_is_there_with_what_became_of_it()
    {
        await _published.AllAsync(Target);
        Receive(new WolFrameBuilder().Build(MagicPacket.Build(Target)));
        Receive(new WolFrameBuilder().Build(MagicPacket.Build(Target)));
        Receive(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(new(Target.Bits + 1))));
        Receive(new WolFrameBuilder().Build(MagicPacket.Build(Target).AsSpan(0, 80)));
        Receive(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse("01:00:5e:00:00:01"))));
        Receive(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(new byte[200])); // something else that is sent to the same port
        _published.Outbox.Take(preferFresh: true)!.Signal.Mark.Became("Created", "wake-1");

        Assert.Equal(
            [
                "eth0 02:00:00:00:08:42 52:54:00:12:34:56 - Created wake-1",
                "eth0 02:00:00:00:08:42 52:54:00:12:34:56 - Repeated -",
                "eth0 02:00:00:00:08:42 52:54:00:12:34:57 9 Held -",
                "eth0 - - - Truncated -",
                "eth0 02:00:00:00:08:42 01:00:5e:00:00:01 - MulticastTarget -",
            ],
            Told());

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.EndsWith(" UnknownMac -", Told()[2], StringComparison.Ordinal);
        Assert.Equal(new("node-a", new(true, 1, 0), []), _published.Trace.Read() with { Frames = [] });
    }

    [Fact]
    public void The_oldest_go_and_what_comes_of_them_later_is_told_to_nobody()
    {
        var trace = _published.Trace;
        FrameMark first = default;
        for (var i = 0; i < FrameTrace.Length + 10; i++)
        {
            var mark = trace.Add(Noon.AddSeconds(i), Eth0, Target, new((ulong)i), 9, "Accepted");
            if (i == 0) first = mark;
            if (i == FrameTrace.Length) mark.Became("Created", "one");
        }

        first.Became("Refused");
        default(FrameMark).Became("Refused");
        var frames = trace.Read().Frames;
        Assert.Equal(Enumerable.Range(10, FrameTrace.Length).Select(i => Noon.AddSeconds(i)), frames.Select(f => f.At));
        Assert.Equal([("Created", "one")], frames.Where(f => f.Verdict != "Accepted").Select(f => (f.Verdict, f.Request)));
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("::1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("192.0.2.1", 403)]
    [InlineData("2001:db8::1", 403)]
    public async Task It_is_served_to_the_node_itself_alone(string client, int status)
    {
        await _published.AllAsync(Target);
        Receive(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(Target, [0xC0, 0xA8, 0, 1])));
        var answer = _published.Trace.Answer(new(IPAddress.Parse(client)));

        Assert.Equal(status, (int)answer.Status);
        var text = System.Text.Encoding.UTF8.GetString(answer.Body.Span);
        if (status != 200)
        {
            Assert.Equal("Only from the node itself: kubectl port-forward to this pod.\n", text);
            return;
        }

        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(
            """{"node":"node-a","index":{"known":true,"addresses":1,"ranges":0},"frames":[{"at":"2026-11-22T12:00:00+00:00","interface":"eth0","source":"02:00:00:00:08:42","target":"52:54:00:12:34:56","port":9,"verdict":"Accepted"}]}""",
            text);
        using var json = JsonDocument.Parse(text);
        Assert.DoesNotContain("c0a8", text, StringComparison.OrdinalIgnoreCase);
    }

    private void Receive(byte[] frame) => _published.Intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);

    private List<string> Told() => [.. _published.Trace.Read().Frames.Select(f => $"{f.Interface} {f.Source ?? "-"} {f.Target ?? "-"} {f.Port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} {f.Verdict} {f.Request ?? "-"}")];
}
