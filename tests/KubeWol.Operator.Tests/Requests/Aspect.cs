using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>One thing that a decision may depend on: a column of a <see cref="DecisionTable"/>.</summary>
/// <param name="Words">What is said of it in a table; several words where one is a special case of another.</param>
/// <param name="Values">A way to each value that a decision can tell apart.</param>
internal sealed record Aspect(Func<Situation, string[]> Words, IReadOnlyList<Func<Situation, Situation>> Values)
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(300);

    private static readonly (WakeAction Action, SleepMode Mode, bool Force)[] Verbs =
    [
        (WakeAction.Unknown, SleepMode.Unknown, false), (WakeAction.Sleep, SleepMode.Unknown, false),
        (WakeAction.Wake, SleepMode.Unknown, false), (WakeAction.Instantiate, SleepMode.Unknown, false),
        (WakeAction.Sleep, SleepMode.Pause, false), (WakeAction.Sleep, SleepMode.Pause, true),
        (WakeAction.Sleep, SleepMode.Stop, false), (WakeAction.Sleep, SleepMode.Stop, true),
        (WakeAction.Move, SleepMode.Unknown, false), (WakeAction.Destroy, SleepMode.Unknown, false),
    ];

    public static IReadOnlyDictionary<string, Aspect> All { get; } = new Dictionary<string, Aspect>
    {
        // What is asked for. Sleep is three verbs: Pause, Stop, and ForceStop, which does not wait for the guest.
        ["verb"] = new(now => [Verb(now)], [.. Verbs.Select(v => (Func<Situation, Situation>)(s => s with { Action = v.Action, Sleep = v.Mode, Force = v.Force }))]),
        ["found"] = new(now => [now.Found switch { 0 => "none", 1 => "one", _ => "several" }], Each([0, 1, 2], (s, v) => s with { Found = v })),
        ["turn"] = OneOf(s => s.Turn, (s, v) => s with { Turn = v }),
        ["state"] = OneOf(s => s.State, (s, v) => s with { State = v }),
        // Whether the request has met its machine before, and whether it made it.
        ["machine"] = new(
            now => (now.HadMachine, now.Created) switch
            {
                (false, false) => ["unseen"],
                (true, false) => ["seen", "met"],
                (false, true) => ["made", "awaited"],
                (true, true) => ["made", "met"],
            },
            [.. from had in Both from created in Both select (Func<Situation, Situation>)(s => s with { HadMachine = had, Created = created })]),
        ["ready"] = YesNo(s => s.IsReady, (s, v) => s with { IsReady = v }),
        ["issued"] = OneOf(s => s.Issued, (s, v) => s with { Issued = v }),
        // Seconds since then.
        ["since"] = new(
            now => [now.SinceIssued < VerbTable.TraceTime ? "<15" : "15+"],
            Each([0, 14, 15], (s, v) => s with { SinceIssued = TimeSpan.FromSeconds(v) })),
        // Young is younger than the five seconds in which a target is looked for.
        ["age"] = new(
            now => now.Age >= now.Deadline ? ["late"] : now.Age < VerbTable.SearchTime ? ["young", "in-time"] : ["grown", "in-time"],
            Each([0, 4, 5, 296, 300], (s, v) => s with { Age = TimeSpan.FromSeconds(v), Deadline = Deadline })),
        ["problem"] = new(
            now => [$"{now.Movement.Problem?.ToString() ?? "-"}"],
            Each<WakeReason?>([null, WakeReason.NodeNotFound], (s, v) => s with { Movement = s.Movement with { Problem = v } })),
        ["there"] = YesNo(s => s.Movement.IsThere, (s, v) => s with { Movement = s.Movement with { IsThere = v } }),
        ["placed"] = YesNo(s => s.Movement.IsPlaced, (s, v) => s with { Movement = s.Movement with { IsPlaced = v } }),
        ["fixed"] = YesNo(s => s.Movement.IsFixed, (s, v) => s with { Movement = s.Movement with { IsFixed = v } }),
        ["migration"] = OneOf(s => s.Movement.Migration, (s, v) => s with { Movement = s.Movement with { Migration = v } }),
        // The templates that claim the address: nobody, one, one that cannot be used, several.
        ["claim"] = new(
            now => [now.Claim switch { { Templates: 0 } => "nobody", { Templates: > 1 } => "several", { Problem: null } => "one", _ => "unusable" }],
            Each<Claim>([new(0), new(1), new(1, WakeReason.TooManyInstances), new(2)], (s, v) => s with { Claim = v })),
    };

    private static bool[] Both => [false, true];

    private static string Verb(Situation now) => now switch
    {
        { Action: WakeAction.Sleep, Sleep: SleepMode.Stop, Force: true } => "ForceStop",
        { Action: WakeAction.Sleep } => $"{now.Sleep}",
        _ => $"{now.Action}",
    };

    private static Aspect YesNo(Func<Situation, bool> get, Func<Situation, bool, Situation> set) => new(now => [get(now) ? "yes" : "no"], Each(Both, set));

    private static Aspect OneOf<T>(Func<Situation, T> get, Func<Situation, T, Situation> set)
        where T : struct, Enum => new(now => [get(now).ToString()], Each(Enum.GetValues<T>(), set));

    private static Func<Situation, Situation>[] Each<T>(IEnumerable<T> values, Func<Situation, T, Situation> set) =>
        [.. values.Select(value => (Func<Situation, Situation>)(s => set(s, value)))];
}
