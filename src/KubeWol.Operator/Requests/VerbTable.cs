using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>The whole judgement of the operator: a pure function from the situation to a plan.</summary>
internal static class VerbTable
{
    /// <summary>How long a target that nobody has is looked for, in case its machine is just being created.</summary>
    public static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(5);

    /// <summary>How long an accepted operation may leave no trace before it is issued again: KubeVirt's watch normally shows it within a second.</summary>
    public static readonly TimeSpan TraceTime = TimeSpan.FromSeconds(15);

    /// <summary>How often a waiting request is looked at even if nothing changed, against a notice that was missed.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    public static Plan Decide(in Situation now)
    {
        var plan = now switch
        {
            { Action: not WakeAction.Wake } => new Plan.Refuse(WakeReason.UnsupportedAction),
            { Found: 0 } when now.Age < SearchTime => new Plan.Wait(WakeReason.LookingForTarget, Min(LookAgain, SearchTime - now.Age)),
            { Found: 0 } => new Plan.Refuse(WakeReason.UnknownTarget),
            { Found: > 1 } => new Plan.Refuse(WakeReason.AmbiguousTarget),
            _ => Wake(now),
        };
        return plan is Plan.Act or Plan.Wait && now.Age >= now.Deadline ? new Plan.Refuse(WakeReason.DeadlineExceeded) : plan switch
        {
            Plan.Wait wait => wait with { Look = Min(wait.Look, now.Deadline - now.Age) },
            _ => plan,
        };
    }

    private static Plan Wake(in Situation now) => now.State switch
    {
        MachineState.Stopped => Issue(WakeOperation.Start, now),
        MachineState.Paused => Issue(WakeOperation.Unpause, now),
        MachineState.Running when now.FoundRunning && now.Issued == WakeOperation.None => new Plan.Done(WakeReason.AlreadyActive),
        MachineState.Running when !now.IsReady => Wait(WakeReason.WaitingForStart),
        MachineState.Running => new Plan.Done(now.Issued switch
        {
            WakeOperation.Start => WakeReason.Started,
            WakeOperation.Unpause => WakeReason.Unpaused,
            _ => WakeReason.AlreadyActive, // somebody else had it on its way up
        }),
        MachineState.Starting => Wait(WakeReason.WaitingForStart),
        MachineState.Stopping => Wait(WakeReason.WaitingForStop),
        MachineState.Migrating => Wait(WakeReason.WaitingForMigration),
        MachineState.Recovering or MachineState.Unknown => Wait(WakeReason.WaitingForRecovery),
        MachineState.Terminating => new Plan.Refuse(WakeReason.TargetTerminating),
        MachineState.Finished or MachineState.Receiving => new Plan.Refuse(WakeReason.NotStartable),
        _ => throw new ArgumentOutOfRangeException(nameof(now), now.State, "a state without a decision"),
    };

    /// <summary>What was accepted is not sent again while the cache may simply not show it yet.</summary>
    private static Plan Issue(WakeOperation operation, in Situation now) => now.Issued == operation && now.SinceIssued < TraceTime
        ? new Plan.Wait(WakeReason.WaitingForStart, Min(LookAgain, TraceTime - now.SinceIssued))
        : new Plan.Act(operation, WakeReason.WaitingForStart);

    private static Plan.Wait Wait(WakeReason reason) => new(reason, LookAgain);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
