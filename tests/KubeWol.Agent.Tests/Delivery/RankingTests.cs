using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Delivery;

public sealed class RankingTests
{
    private static readonly string[] Hundred = [.. Enumerable.Range(0, 100).Select(i => $"node-{i:000}")];
    private static readonly MacAddress[] Targets = [.. Enumerable.Range(0, 2_000).Select(i => new MacAddress(0x52_54_00_00_00_00 + (ulong)i))];

    [Fact]
    public void Every_node_has_a_place_of_its_own_whatever_order_they_are_named_in()
    {
        var one = new Ranking(Hundred);
        var other = new Ranking(Hundred.Reverse().Concat(Hundred));
        foreach (var target in Targets.Take(50))
        {
            Assert.Equal(Enumerable.Range(0, 100), Hundred.Select(n => one.Before(n, target).Count()).Order());
            Assert.All(Hundred, n => Assert.Equal(one.Before(n, target).Order(), other.Before(n, target).Order()));
        }
    }

    [Fact]
    public void Machines_are_spread_evenly()
    {
        var firsts = new Ranking(Hundred) is var ranking ? Targets.CountBy(t => Hundred.Single(n => !ranking.Before(n, t).Any())).Select(c => c.Value).ToList() : [];
        Assert.Equal(100, firsts.Count);
        Assert.InRange(firsts.Max(), 20, 45); // 20 each, and chance
        Assert.InRange(firsts.Min(), 5, 20);
    }

    [Fact]
    public void Where_a_node_goes_only_its_machines_get_another_first()
    {
        var (before, after) = (new Ranking(Hundred), new Ranking(Hundred.Skip(1)));
        foreach (var target in Targets)
        {
            var first = Hundred.Single(n => !before.Before(n, target).Any());
            if (first != Hundred[0]) Assert.Empty(after.Before(first, target));
        }
    }

    /// <summary>Agents of different versions must agree: what this says is said for ever.</summary>
    [Fact]
    public void The_order_is_the_one_that_was_published()
    {
        var ranking = new Ranking(["node-a", "node-b", "node-c", "node-d"]);
        string Order(ulong target) => string.Concat(((string[])["node-a", "node-b", "node-c", "node-d"]).OrderBy(n => ranking.Before(n, new(target)).Count()).Select(n => n[^1]));

        Assert.Equal("bcad cabd bdca dbac", $"{Order(0x525400123456)} {Order(0x525400123457)} {Order(0x02000000000a)} {Order(0x0)}");
    }

    [Fact]
    public void A_node_that_is_not_known_is_not_and_nobody_is_before_it_where_nobody_is()
    {
        Assert.True(new Ranking(Hundred).Knows("node-007"));
        Assert.False(new Ranking(Hundred).Knows("node-7"));
        Assert.Empty(Ranking.Nobody.Before("node-a", Some.Target));
    }
}
