using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Genuine;

/// <summary>One broadcast, many nodes, wrong clocks, a genuine API server. Every copy is heard next to a window's boundary, which is the worst place.</summary>
public sealed class BroadcastTests
{
    /// <summary>A hundred agents in one process: where something else keeps the machine busy the first in the line may be late, and the round does not count.</summary>
    [Fact]
    public async Task A_hundred_agents_whose_clocks_differ_by_a_minute_write_a_broadcast_once()
    {
        await using var fleet = await Fleet.StartAsync(100, TimeSpan.FromSeconds(30), areTold: true);
        await fleet.BroadcastAsync(Targets(3), fleet.Agents); // all code has run once
        var writes = double.MaxValue;
        for (var round = 0; round < 3 && writes > 1.1; round++)
        {
            var targets = Targets(20).ToList();
            var (posts, gets) = (await fleet.CallsAsync("POST"), await fleet.CallsAsync("GET"));
            foreach (var few in targets.Chunk(4)) await fleet.BroadcastAsync(few, fleet.Agents);
            writes = (await fleet.CallsAsync("POST") - posts) / 20.0;
            TestContext.Current.TestOutputHelper!.WriteLine($"{writes:0.00} writes and {(await fleet.CallsAsync("GET") - gets) / 20.0:0.0} looks a broadcast");
            var requests = await fleet.RequestsAsync();
            Assert.All(targets, t => AreCopies(requests[$"{t}"]));
            if (writes == 1) Assert.All(targets, t => Assert.Single(requests[$"{t}"]));
        }

        Assert.InRange(writes, 1, 1.1);
    }

    [Fact]
    public async Task Dead_nodes_and_those_of_another_segment_are_left_out_once_they_were_missed()
    {
        await using var fleet = await Fleet.StartAsync(10, TimeSpan.FromSeconds(30), areTold: true);
        var hearing = fleet.Agents.Where((_, i) => i % 2 == 0).ToList();
        var first = Targets(160).ToList();
        foreach (var some in first.Chunk(20)) await fleet.BroadcastAsync(some, hearing);
        var requests = await fleet.RequestsAsync();
        Assert.All(first, t => AreCopies(requests[$"{t}"])); // while not all have learnt it, two may think themselves first
        Assert.InRange(TakenOver(first.Take(20)), 4, 20); // about half are a deaf node's

        var posts = await fleet.CallsAsync("POST");
        var later = Targets(40).ToList();
        foreach (var some in later.Chunk(20)) await fleet.BroadcastAsync(some, hearing);
        requests = await fleet.RequestsAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"taken over: {TakenOver(first.Take(20))} of the first 20, {TakenOver(later)} of the last 40; {await fleet.CallsAsync("POST") - posts} writes for those");
        Assert.InRange(TakenOver(later), 0, 4);
        Assert.All(later, t => AreCopies(requests[$"{t}"]));

        int TakenOver(IEnumerable<MacAddress> targets) => targets.Count(t => requests[$"{t}"].Any(r => Turn(r) > 0));
    }

    [Fact]
    public async Task Who_is_told_of_nobody_still_writes()
    {
        await using var fleet = await Fleet.StartAsync(4, TimeSpan.FromSeconds(30), areTold: false);
        var targets = Targets(10).ToList();
        await fleet.BroadcastAsync(targets, fleet.Agents);
        var requests = await fleet.RequestsAsync();
        Assert.Equal(10, requests.Count);
        Assert.All(requests, r => AreCopies(r));
    }

    /// <summary>At most one on each side of a boundary, which the operator knows for the same.</summary>
    private static void AreCopies(IEnumerable<WakeRequest> requests)
    {
        var copies = requests.ToList();
        Assert.InRange(copies.Count, 1, 2);
        Assert.Single(copies.Select(c => c.Metadata.Labels![RequestMarks.Message]).Distinct());
        Assert.Equal(copies.Count, copies.Select(c => c.Spec.Frame!.Node).Distinct().Count());
        Assert.InRange((copies.Max(c => c.Spec.Frame!.CapturedAt) - copies.Min(c => c.Spec.Frame!.CapturedAt))!.Value.TotalSeconds, 0, 0.999);
    }

    private static IEnumerable<MacAddress> Targets(int count) => Enumerable.Range(0, count).Select(_ => Some.NextTarget());

    private static int Turn(WakeRequest request) => int.Parse(request.Metadata.Annotations?.GetValueOrDefault(RequestMarks.Turn) ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}
