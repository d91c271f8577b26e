using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Genuine;

/// <summary>One broadcast, many nodes, wrong clocks, a genuine API server. Every copy is heard next to a window's boundary, which is the worst place.</summary>
public sealed class BroadcastTests
{
    [Fact]
    public async Task A_hundred_agents_whose_clocks_differ_by_a_minute_write_a_broadcast_once()
    {
        const int Broadcasts = 30;
        await using var fleet = await Fleet.StartAsync(100, TimeSpan.FromSeconds(30), areTold: true);
        var (posts, gets) = (await fleet.CallsAsync("POST"), await fleet.CallsAsync("GET"));
        await fleet.BroadcastAsync(Targets(Broadcasts), fleet.Agents);

        var requests = await fleet.RequestsAsync();
        Assert.Equal(Broadcasts, requests.Count);
        Assert.All(requests, r => Assert.Single(r));
        var writes = (await fleet.CallsAsync("POST") - posts) / (double)Broadcasts;
        TestContext.Current.TestOutputHelper!.WriteLine($"{writes:0.00} writes and {(await fleet.CallsAsync("GET") - gets) / (double)Broadcasts:0.0} looks a broadcast");
        Assert.InRange(writes, 1, 1.1);
    }

    [Fact]
    public async Task Dead_nodes_and_those_of_another_segment_are_left_out_once_they_were_missed()
    {
        await using var fleet = await Fleet.StartAsync(10, TimeSpan.FromSeconds(30), areTold: true);
        var hearing = fleet.Agents.Where((_, i) => i % 2 == 0).ToList();
        await fleet.BroadcastAsync(Targets(60), hearing);
        var first = await fleet.RequestsAsync();
        Assert.All(first, r => Assert.Single(r));
        Assert.Equal(60, first.Count);
        Assert.InRange(first.Count(r => Turn(r.Single()) > 0), 10, 60); // every other broadcast had to be taken over

        var posts = await fleet.CallsAsync("POST");
        var later = Targets(40).ToList();
        await fleet.BroadcastAsync(later, hearing);
        var second = await fleet.RequestsAsync();
        Assert.All(later, t => Assert.Equal(0, Turn(second[$"{t}"].Single())));
        Assert.InRange(await fleet.CallsAsync("POST") - posts, 40, 44);
    }

    [Fact]
    public async Task Who_is_told_of_nobody_still_writes()
    {
        await using var fleet = await Fleet.StartAsync(4, TimeSpan.FromSeconds(30), areTold: false);
        var targets = Targets(10).ToList();
        await fleet.BroadcastAsync(targets, fleet.Agents);
        var requests = await fleet.RequestsAsync();
        Assert.Equal(10, requests.Count);
        // On both sides of a boundary: one of each, which the operator knows for the same.
        Assert.All(requests, r => Assert.InRange(r.Count(), 1, 2));
        Assert.All(requests, r => Assert.Single(r.Select(c => c.Metadata.Labels![RequestMarks.Message]).Distinct()));
        Assert.All(requests, r => Assert.InRange((r.Max(c => c.Spec.Frame!.CapturedAt) - r.Min(c => c.Spec.Frame!.CapturedAt))!.Value.TotalSeconds, 0, 0.999));
    }

    private static IEnumerable<MacAddress> Targets(int count) => Enumerable.Range(0, count).Select(_ => Some.NextTarget());

    private static int Turn(WakeRequest request) => int.Parse(request.Metadata.Annotations?.GetValueOrDefault(RequestMarks.Turn) ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}
