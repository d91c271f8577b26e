using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>When a node writes what others heard, too, and what it learns from who wrote.</summary>
public sealed class TurnsTests
{
    private static readonly string[] Hundred = [.. Enumerable.Range(0, 100).Select(i => $"node-{i:000}"), "node-a"];

    private readonly Told _told = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Turns _turns;

    public TurnsTests() => _turns = new(_told.Instructions, Some.Options, _time);

    [Fact]
    public void Who_is_told_of_nobody_writes_at_once()
    {
        Assert.Equal(Turn.First, _turns.Of(Heard(Some.Target)));
        _told.SayReady("node-b", "node-c");
        Assert.Equal(Turn.First, _turns.Of(Heard(Some.Target)));
        _told.Unsay();
        Assert.Equal(Turn.First, _turns.Of(Heard(Some.Target)));
    }

    [Fact]
    public void What_policies_tell_apart_by_place_is_written_at_once()
    {
        _told.SayReady(Hundred);
        foreach (var target in Targets())
        {
            Assert.Equal(Turn.First, _turns.Of(Heard(target) with { Identity = new(target, 9) { Node = "node-a" } }));
            Assert.Equal(Turn.First, _turns.Of(Heard(target) with { Identity = new(target, 9) { Interface = "eth0" } }));
        }
    }

    [Fact]
    public void Nodes_that_policies_tell_apart_have_no_turn_among_the_others()
    {
        _told.Say(nodes: ["node-b"], ready: ["node-a", "node-b"]);
        Assert.All(Targets(), t => Assert.Equal(Turn.First, _turns.Of(Heard(t))));
    }

    [Fact]
    public void Each_place_in_the_line_is_one_step_more_and_the_fifth_is_the_last()
    {
        _told.SayReady(Hundred);
        var turns = Targets().Select(t => _turns.Of(Heard(t))).ToList();
        Assert.Equal(Enumerable.Range(0, 101), turns.Select(t => t.Rank).Distinct().Order());
        foreach (var turn in turns)
        {
            var least = 150 * Math.Min(turn.Rank, 5);
            Assert.InRange(turn.Wait.TotalMilliseconds, least, turn.Rank == 0 ? 0 : turn.Rank < 5 ? least + 50 : least + 1_010);
        }
    }

    [Fact]
    public void Who_misses_its_turn_twice_is_left_out_on_that_interface_and_forgiven_when_it_writes()
    {
        _told.SayReady("node-a", "node-b");
        var mine = TheirFirst("node-b");
        Assert.Equal(1, _turns.Of(mine).Rank);

        _turns.Learn(mine, "node-a", 1);
        Assert.Equal(1, _turns.Of(mine).Rank); // once may be a slow moment
        _turns.Learn(mine, "node-a", 1);
        Assert.Equal(Turn.First, _turns.Of(mine));
        Assert.Equal(1, _turns.Of(mine with { Interface = "eth1" }).Rank);

        _turns.Learn(TheirFirst("node-b"), "node-b", 0);
        Assert.Equal(1, _turns.Of(mine).Rank);
    }

    [Fact]
    public void A_sign_of_life_in_between_wipes_out_the_first_miss()
    {
        _told.SayReady("node-a", "node-b");
        var mine = TheirFirst("node-b");
        _turns.Learn(mine, "node-a", 1);
        _turns.Learn(mine, "node-b", 0);
        _turns.Learn(mine, "node-a", 1);
        Assert.Equal(1, _turns.Of(mine).Rank);
    }

    [Fact]
    public void A_node_is_given_another_chance_after_ten_minutes()
    {
        _told.SayReady("node-a", "node-b");
        var mine = TheirFirst("node-b");
        _turns.Learn(mine, "node-a", 1);
        _turns.Learn(mine, "node-a", 1);
        _time.Advance(SilentNodes.Memory - TimeSpan.FromSeconds(1));
        Assert.Equal(Turn.First, _turns.Of(mine));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _turns.Of(mine).Rank);
    }

    [Fact]
    public void Who_wrote_without_waiting_says_nothing_about_those_before_it()
    {
        _told.SayReady("node-a", "node-b", "node-c");
        var signal = TheirFirst("node-b");
        foreach (var writer in (string[])["node-c", "node-a", "stranger"])
        {
            for (var i = 0; i < 3; i++) _turns.Learn(signal, writer, 0);
        }

        for (var i = 0; i < 3; i++) _turns.Learn(signal, "stranger", 1); // of whom it is not known who is before
        Assert.NotEqual(Turn.First, _turns.Of(signal));
    }

    [Fact]
    public void A_node_that_went_and_came_back_starts_anew()
    {
        _told.SayReady("node-a", "node-b");
        var mine = TheirFirst("node-b");
        _turns.Learn(mine, "node-a", 1);
        _turns.Learn(mine, "node-a", 1);
        _told.SayReady("node-a");
        _turns.Learn(mine, "node-a", 0);
        _told.SayReady("node-a", "node-b");
        Assert.Equal(1, _turns.Of(mine).Rank);
    }

    private static IEnumerable<MacAddress> Targets() => Enumerable.Range(0, 3_000).Select(i => new MacAddress(0x52_54_00_00_00_00 + (ulong)i));

    /// <summary>A message that is another node's to write first.</summary>
    private WakeSignal TheirFirst(string node) => Heard(Targets().First(t => !_told.Instructions.Ranking.Before(node, t).Any()));

    private static WakeSignal Heard(MacAddress target) =>
        new(new(target, 9), null, null, "eth0", WolTransport.UdpV4, Some.Target, null, 9, [], DateTimeOffset.UnixEpoch);
}
