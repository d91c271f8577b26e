using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>
/// The order of requests for one machine: one at a time, what has begun first, the others in the order in which they were asked for. The last word
/// counts: what is not yet being carried out, or is only waiting for the machine to come up, gives way to a later request for the opposite.
/// </summary>
internal static class Turns
{
    /// <summary>Whose turn it is, and the request that <paramref name="mine"/> waits for or gives way to.</summary>
    public static (Turn Turn, Rival? By) Of(Rival mine, IReadOnlyList<Rival> others)
    {
        if (others.Where(o => GivesWay(mine, o)).MinBy(o => o, Rival.Asked) is { } later) return (Turn.Superseded, later);
        // What gives way to this one has to end first: were this one content and gone before, the other would have its way after all.
        return others.Where(o => Rival.Turns.Compare(o, mine) < 0 || GivesWay(o, mine)).MinBy(o => o, Rival.Turns) is { } first
            ? (Turn.Others, first)
            : (Turn.Mine, null);
    }

    /// <summary>Whether the later of two undoes what the earlier does.</summary>
    public static bool IsOpposite(WakeAction earlier, WakeAction later) => (earlier, later) is
        (WakeAction.Wake or WakeAction.Instantiate, WakeAction.Sleep or WakeAction.Destroy)
        or (WakeAction.Sleep, WakeAction.Wake or WakeAction.Instantiate or WakeAction.Destroy)
        or (WakeAction.Move, WakeAction.Destroy);

    private static bool GivesWay(Rival earlier, Rival later) => Rival.Asked.Compare(earlier, later) < 0 && (earlier.Action, later.Action) switch
    {
        // A start that does not show yet is waited for: whoever took its place now would find the machine still asleep, and be content.
        (WakeAction.Wake or WakeAction.Instantiate, WakeAction.Sleep or WakeAction.Destroy) => !earlier.IsUnseen,
        (WakeAction.Sleep, WakeAction.Wake or WakeAction.Instantiate) or (WakeAction.Sleep or WakeAction.Move, WakeAction.Destroy) => !earlier.HasBegun,
        (WakeAction.Sleep, WakeAction.Sleep) => later.Forces && !earlier.Forces, // the guest is not waited for any longer
        _ => false,
    };
}
