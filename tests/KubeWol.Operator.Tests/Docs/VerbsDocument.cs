using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Docs;

/// <summary>docs/verbs.md: what is decided in which state, asked of the code that decides it.</summary>
internal static class VerbsDocument
{
    /// <summary>Every word of printableStatus (KubeVirt v1.9, VirtualMachinePrintableStatus).</summary>
    private static readonly string[] Words =
    [
        "Stopped", "Provisioning", "Starting", "Running", "Paused", "Stopping", "Terminating", "CrashLoopBackOff", "Migrating", "Unknown",
        "ErrorUnschedulable", "ErrImagePull", "ImagePullBackOff", "ErrorPvcNotFound", "DataVolumeError", "WaitingForVolumeBinding", "WaitingForReceiver",
    ];

    private static readonly string[] Strategies =
    [
        RunStrategies.Always, RunStrategies.Halted, RunStrategies.Manual, RunStrategies.RerunOnFailure, RunStrategies.Once, RunStrategies.WaitAsReceiver,
    ];

    private static readonly (string Head, Func<Situation, Situation> Asked)[] Verbs =
    [
        ("Wake", s => s with { Action = WakeAction.Wake }),
        ("Sleep (Pause)", s => s with { Action = WakeAction.Sleep, Sleep = SleepMode.Pause }),
        ("Sleep (Stop)", s => s with { Action = WakeAction.Sleep, Sleep = SleepMode.Stop }),
        ("Move", s => s with { Action = WakeAction.Move }),
        ("Instantiate", s => s with { Action = WakeAction.Instantiate }),
        ("Destroy", s => s with { Action = WakeAction.Destroy }),
    ];

    private static readonly (string Row, Func<Situation, Situation> Seen)[] Machines =
    [
        ("is absent, and no WakeTemplate claims its address", s => s with { Found = 0 }),
        ("is absent, and a WakeTemplate claims its address", s => s with { Found = 0, Claim = new(1) }),
        ("is absent, and several WakeTemplates claim its address", s => s with { Found = 0, Claim = new(2) }),
        ("is two: the address belongs to several", s => s with { Found = 2 }),
        ("is off", In(MachineState.Stopped)),
        ("is on its way up", In(MachineState.Starting)),
        ("cannot be brought up just now", In(MachineState.Recovering)),
        ("runs", In(MachineState.Running)),
        ("is paused", In(MachineState.Paused)),
        ("is being migrated", In(MachineState.Migrating)),
        ("is on its way down", In(MachineState.Stopping)),
        ("has had its one run", In(MachineState.Finished)),
        ("waits for a migration from elsewhere", In(MachineState.Receiving)),
        ("is out of KubeVirt's sight", In(MachineState.Unknown)),
        ("is being deleted", In(MachineState.Terminating)),
    ];

    private static readonly (string Row, Movement Movement)[] Obstacles =
    [
        ("it is there already", new() { IsThere = true, IsPlaced = true }),
        ("no node has the name or the labels", new() { Problem = WakeReason.NodeNotFound }),
        ("the nodes take no machines: cordoned, or not ready", new() { Problem = WakeReason.NodeNotSchedulable }),
        ("the same, after the migration was created and before it has a node", new() { Problem = WakeReason.NodeNotSchedulable, Migration = MigrationProgress.Scheduling }),
        ("KubeVirt cannot migrate it live", new() { IsFixed = true }),
        ("the migration fails, or somebody deletes it", new() { Migration = MigrationProgress.Failed }),
    ];

    private static Situation Fresh => new() { Action = default, Found = 1, IsReady = true, Issued = WakeOperation.None, Age = TimeSpan.Zero, Deadline = TimeSpan.FromSeconds(300) };

    public static string Text() => $"""
        # What each verb does in each state

        Written by `make verbs-table` from the code that decides; a test fails when the two differ.

        **Bold** is what is done to the machine, → how the request ends when all goes well, ✗ how it fails. Whatever is waited for, a request ends at the
        latest at its deadline (`deadlineSeconds`, 300 if not set) with `DeadlineExceeded`, and a migration that it began is cancelled then. "wait until it
        runs" and the like are followed by what is right in the state that comes about.

        {Table(["the machine", .. Verbs.Select(v => v.Head)], Machines.Select(m => (string[])[Label(m), .. Verbs.Select((_, verb) => Cell(m.Seen, verb))]))}

        A Sleep of mode Stop with `force: true` is a Sleep (Stop) which also switches off a machine that is on its way down already. A guest that ignores
        the request to shut down is never switched off by KubeWol unless that is asked for; KubeVirt does it when the grace period is over.

        ## A Move that cannot go on

        {Table(["", "it runs or is paused", "it is off"], Obstacles.Select(o => (string[])[o.Row, Stuck(o.Movement, MachineState.Running), Stuck(o.Movement, MachineState.Stopped)]))}

        ## Two requests for one machine

        One at a time. What has begun is finished first, the others follow in the order in which they were asked for. The last word counts:

        {Table(["the earlier one", .. Verbs.Select(v => $"then {v.Head}"), "then Sleep (Stop, force)"], Pairs())}

        "waits" is `WaitingForTurn`; "takes over" ends the earlier request with `Superseded`. A request that only waits for its turn has not begun.

        ## What KubeVirt shows, and what it is taken for

        The word of `status.printableStatus` alone does not say enough: a machine that is off and whose volumes are being filled shows Provisioning, and so
        does one on its way up. What counts is whether it is meant to run. `running: true` is Always, `running: false` is Halted.

        {Table(["", .. Strategies], Words.Select(w => (string[])[$"`{w}`", .. Strategies.Select(s => Name(new Machine(Some.Vm(strategy: s, status: w), null).State))]))}

        An instance that is alive, a start or a stop that KubeVirt has accepted and not yet carried out, a deletion under way and a failure to create the
        instance count, too: a machine that was told to stop a moment ago still shows Running, and is on its way down.

        """;

    private static IEnumerable<string[]> Pairs() =>
        from earlier in Verbs
        from begun in (bool[])[false, true]
        select (string[])
        [
            $"{earlier.Head}, {(begun ? "begun" : "waiting")}",
            .. Verbs.Select(later => Together(Rival("a", earlier.Asked, begun), Rival("b", later.Asked))),
            Together(Rival("a", earlier.Asked, begun), Rival("b", Verbs[2].Asked, force: true)),
        ];

    private static string Together(Rival earlier, Rival later) => (Turns.Of(earlier, [later]).Turn, Turns.Of(later, [earlier]).Turn) switch
    {
        (Turn.Superseded, Turn.Others) => "takes over",
        (Turn.Mine, Turn.Others) => "waits",
        var other => throw new InvalidOperationException($"{earlier.Action} and {later.Action}: {other}"),
    };

    private static Rival Rival(string name, Func<Situation, Situation> asked, bool begun = false, bool force = false)
    {
        var (action, request) = (asked(Fresh).Action, Some.Asking(asked(Fresh).Action, $"team-a/{name}"));
        return new(
            request with
            {
                Spec = request.Spec with { Sleep = action == WakeAction.Sleep ? new() { Mode = asked(Fresh).Sleep, Force = force } : null },
                Status = begun ? new() { Operation = WakeOperation.Start } : null,
            },
            action);
    }

    private static string Cell(Func<Situation, Situation> seen, int verb)
    {
        var course = Course.Of(seen(Verbs[verb].Asked(Fresh)));
        return Verbs[verb].Head == "Instantiate" && course == Course.Of(seen(Verbs[0].Asked(Fresh))) ? "as Wake" : course;
    }

    private static string Stuck(Movement movement, MachineState state) =>
        state == MachineState.Stopped && (movement.IsFixed || movement.Migration != MigrationProgress.None) ? "" : Course.Of(Fresh with { Action = WakeAction.Move, State = state, Movement = movement });

    private static Func<Situation, Situation> In(MachineState state) => s => s with { State = state };

    /// <summary>The row's words, and KubeVirt's for it under the run strategy with which it is most often seen.</summary>
    private static string Label((string Row, Func<Situation, Situation> Seen) machine)
    {
        var now = machine.Seen(Fresh);
        if (now.Found != 1) return machine.Row;
        var strategy = now.State switch
        {
            MachineState.Stopped => RunStrategies.Halted,
            MachineState.Receiving => RunStrategies.WaitAsReceiver,
            _ => RunStrategies.Always,
        };
        var words = now.State == MachineState.Finished ? ["Stopped"] : Words.Where(w => new Machine(Some.Vm(strategy: strategy, status: w), null).State == now.State);
        return now.State switch
        {
            MachineState.Stopped => $"{machine.Row}: `Stopped`; or any other word while it is not meant to run",
            MachineState.Finished => $"{machine.Row} (run strategy Once): `Stopped`",
            MachineState.Receiving => $"{machine.Row} (run strategy WaitAsReceiver): `WaitingForReceiver`",
            _ => $"{machine.Row}: {string.Join(", ", words.Select(w => $"`{w}`"))}",
        };
    }

    private static string Name(MachineState state) => Machines.Where(m => m.Seen(Fresh) is { Found: 1 } now && now.State == state).Select(m => m.Row).Single();

    private static string Table(string[] head, IEnumerable<string[]> rows) =>
        string.Join('\n', ((string[][])[head, [.. head.Select(_ => "---")], .. rows]).Select(cells => $"| {string.Join(" | ", cells)} |"));
}
