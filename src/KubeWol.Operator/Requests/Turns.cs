using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>
/// The order of requests for one machine: one at a time, in the order in which they were asked for. The last word counts: who is not yet
/// being carried out, or is only waiting for the machine to come up, gives way to a later request for the opposite.
/// </summary>
internal static class Turns
{
    /// <summary>Whose turn it is, and the request that <paramref name="mine"/> waits for or gives way to.</summary>
    public static (Turn Turn, Rival? By) Of(Rival mine, IReadOnlyList<Rival> others)
    {
        if (others.Where(o => mine.IsBefore(o) && GivesWay(mine, o)).MinBy(o => o, Rival.Order) is { } later) return (Turn.Superseded, later);
        // One that gives way to a request before its turn does not hold it up.
        if (others.Where(o => IsFirst(o, mine) && !(o.IsBefore(mine) && GivesWay(o, mine))).MinBy(o => o, Rival.Order) is { } first) return (Turn.Others, first);
        return (Turn.Mine, null);
    }

    /// <summary>Who has begun goes first, and must not wait for one that was asked for earlier and has not: that one waits already.</summary>
    private static bool IsFirst(Rival one, Rival other) => one.HasBegun == other.HasBegun ? one.IsBefore(other) : one.HasBegun;

    private static bool GivesWay(Rival earlier, Rival later) => later.Action == WakeAction.Destroy
        ? earlier.Action != WakeAction.Destroy && (!earlier.HasBegun || IsUp(earlier.Action))
        : (IsUp(earlier.Action) && later.Action == WakeAction.Sleep) || (earlier.Action == WakeAction.Sleep && !earlier.HasBegun && IsUp(later.Action));

    private static bool IsUp(WakeAction action) => action is WakeAction.Wake or WakeAction.Instantiate;
}
