using KubeWol.Torture.Journals;
using KubeWol.Torture.Planning;

namespace KubeWol.Torture.Tests.Planning;

public sealed class PlanTests
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(120);

    [Fact]
    public void The_same_seed_makes_the_same_plan_and_another_one_another()
    {
        Assert.Equal(Text(Plan.Make(7, Length)), Text(Plan.Make(7, Length)));
        Assert.NotEqual(Text(Plan.Make(7, Length)), Text(Plan.Make(8, Length)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_two_minutes_every_kind_of_fault_every_verb_and_every_kind_of_message_comes_up(int seed)
    {
        var plan = Plan.Make(seed, Length);

        Assert.Equal(Enum.GetValues<FaultName>(), plan.Lanes.SelectMany(l => l).Select(f => f.Name).Distinct().Order());
        Assert.Equal(Enum.GetValues<MessageKind>(), plan.Messages.Select(m => m.Kind).Distinct().Order());
        Assert.Equal(5, plan.Messages.Select(m => m.Verb).Distinct().Count());
        Assert.All(plan.Messages, m => Assert.True(m.Copies[0].At < Length + TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Faults_of_a_lane_follow_each_other_and_are_over_before_the_end()
    {
        var plan = Plan.Make(1, Length);

        Assert.All(plan.Lanes, lane =>
        {
            Assert.All(lane.Zip(lane.Skip(1)), pair => Assert.True(pair.First.At + pair.First.Length < pair.Second.At));
            Assert.True(lane[^1].At + lane[^1].Length < Length);
        });
    }

    [Fact]
    public void The_very_same_plain_message_is_not_sent_again_before_it_counts_as_a_new_one()
    {
        var plan = Plan.Make(1, TimeSpan.FromSeconds(600));
        var same = plan.Messages.Where(m => !m.IsSigned).GroupBy(m => (m.IsReversed ? m.Target.Reversed : m.Target, m.Port, m.Password));

        Assert.All(same, group => Assert.All(group.Zip(group.Skip(1)), pair => Assert.True(pair.Second.Copies[0].At - pair.First.Copies[0].At >= TimeSpan.FromSeconds(6))));
    }

    private static string Text(Plan plan) =>
        string.Join('\n', plan.Messages.Select(m => $"{m} {string.Join(' ', m.Copies)}").Concat(plan.Lanes.SelectMany((l, i) => l.Select(f => $"{i} {f}"))));
}
