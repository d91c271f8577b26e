namespace KubeWol.Api.Tests;

/// <summary>Changes to a list of conditions.</summary>
public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_condition_makes_the_list() => Assert.Equal([Ready()], ((IReadOnlyList<Condition>?)null).With(Ready()));

    [Fact]
    public void Another_type_is_added_at_the_end()
    {
        var other = Ready() with { Type = "Other" };

        Assert.Equal([Ready(), other], With(Ready()).With(other));
    }

    [Fact]
    public void A_change_stays_in_its_place_and_leaves_the_others_alone()
    {
        var (first, last) = (Ready() with { Type = "First" }, Ready() with { Type = "Last" });
        var changed = Ready() with { Status = ConditionStatus.False, LastTransitionTime = Noon.AddHours(1) };

        Assert.Equal([first, changed, last], With(first, Ready(), last).With(changed));
    }

    [Theory]
    [InlineData("the reason")]
    [InlineData("the message")]
    [InlineData("the generation")]
    public void The_time_stays_where_the_status_stays(string what)
    {
        var later = Ready() with { LastTransitionTime = Noon.AddHours(1) };
        var changed = what switch
        {
            "the reason" => later with { Reason = "Other" },
            "the message" => later with { Message = "other" },
            _ => later with { ObservedGeneration = 2 },
        };

        Assert.Equal([changed with { LastTransitionTime = Noon }], With(Ready()).With(changed));
    }

    [Fact]
    public void The_time_moves_with_the_status()
    {
        var changed = Ready() with { Status = ConditionStatus.Unknown, LastTransitionTime = Noon.AddHours(1) };

        Assert.Equal([changed], With(Ready()).With(changed));
    }

    [Fact]
    public void What_says_the_same_is_the_same_list()
    {
        var list = With(Ready());

        Assert.Same(list, list.With(Ready() with { LastTransitionTime = Noon.AddHours(1) }));
    }

    [Fact]
    public void The_list_itself_is_never_changed()
    {
        var list = With(Ready());

        list.With(Ready() with { Status = ConditionStatus.False }).With(Ready() with { Type = "Other" });

        Assert.Equal([Ready()], list);
    }

    private static IReadOnlyList<Condition> With(params IReadOnlyList<Condition> conditions) => conditions;

    private static Condition Ready() => new()
    {
        Type = "Ready",
        Status = ConditionStatus.True,
        Reason = "Because",
        Message = "it is",
        ObservedGeneration = 1,
        LastTransitionTime = Noon,
    };
}
