using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using Nic = KubeWol.Agent.Capture.Nic;

namespace KubeWol.Agent.Tests;

/// <summary>What /metrics shows of the agent itself, whatever is on the wire.</summary>
public sealed class AgentMetricsTests
{
    private readonly MetricsPage _page = new();

    [Fact]
    public async Task However_many_frames_call_and_come_from_whoever_there_are_no_more_series_than_at_the_start()
    {
        var nic = new Nic("eth0", 2, NicKind.Physical, IsUp: true);
        using var outbox = Some.Outbox(_page);
        var intake = Some.Intake(_page, outbox: outbox);
        var before = await SeriesAsync();
        var random = new Random(20261123);
        for (var i = 0; i < 20_000; i++)
        {
            var frame = new WolFrameBuilder { Source = Address(random), Destination = Address(random), Transport = (WolTransport)(i % 3), DestinationPort = (ushort)random.Next(1, 65_536) }
                .Build(MagicPacket.Build(Address(random)));
            // Every other one is damaged, somewhere.
            if (i % 2 == 0) frame[random.Next(frame.Length)] ^= (byte)random.Next(1, 256);
            intake.Receive(nic, LinkType.Ethernet, frame.AsSpan(0, i % 5 == 0 ? random.Next(frame.Length) : frame.Length), Some.Signal.CapturedAt);
        }

        Assert.Equal(before, await SeriesAsync());
        Assert.True((await _page.ResultsAsync("frames")).Split(", ").Length > 5, "the frames were of many kinds");
    }

    [Fact]
    public async Task Interfaces_that_come_and_go_for_ever_share_a_series_in_the_end()
    {
        for (var i = 0; i < 10 * AgentMetrics.MostInterfaces; i++) _page.Agent.CaptureEnded($"br-{i:x12}", new(1, 2, 3));

        var series = (await SeriesAsync()).Where(s => s.StartsWith("kubewol_agent_capture_frames_total", StringComparison.Ordinal)).ToList();
        Assert.Equal(AgentMetrics.MostInterfaces + 1, series.Count);
        Assert.Equal(9 * AgentMetrics.MostInterfaces, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"other\"}"));
        Assert.Equal(9 * 2 * AgentMetrics.MostInterfaces, await _page.ValueAsync("kubewol_agent_capture_dropped_total{interface=\"other\",place=\"buffer\"}"));
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"br-000000000007\"}"));
    }

    private static MacAddress Address(Random random) => new((ulong)random.NextInt64() & 0xFFFF_FFFF_FFFF);

    private async Task<IReadOnlyList<string>> SeriesAsync() => [.. (await _page.LinesAsync()).Select(l => l[..l.LastIndexOf(' ')]).Order(StringComparer.Ordinal)];
}
