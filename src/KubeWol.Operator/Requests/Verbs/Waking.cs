using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests.Verbs;

/// <summary>Up: started if it is off, unpaused if it is paused; done when it runs and is ready.</summary>
internal static class Waking
{
    public static Plan Decide(in Situation now) => now.State switch
    {
        MachineState.Stopped when now is { Issued: WakeOperation.Start, IsUndone: true } => new Plan.Refuse(WakeReason.StoppedMeanwhile),
        MachineState.Stopped => VerbTable.Issue(WakeOperation.Start, WakeReason.WaitingForStart, now),
        MachineState.Paused => VerbTable.Issue(WakeOperation.Unpause, WakeReason.WaitingForStart, now),
        MachineState.Running when !now.HadMachine && !now.Created => new Plan.Done(WakeReason.AlreadyActive),
        MachineState.Running when !now.IsReady => VerbTable.Wait(WakeReason.WaitingForStart),
        MachineState.Running => new Plan.Done(now switch
        {
            { Created: true } => WakeReason.Instantiated,
            { Issued: WakeOperation.Start } => WakeReason.Started,
            { Issued: WakeOperation.Unpause } => WakeReason.Unpaused,
            _ => WakeReason.AlreadyActive, // somebody else had it on its way up
        }),
        MachineState.Starting => VerbTable.Wait(WakeReason.WaitingForStart),
        MachineState.Stopping => VerbTable.Wait(WakeReason.WaitingForStop),
        MachineState.Migrating => VerbTable.Wait(WakeReason.WaitingForMigration),
        MachineState.Recovering or MachineState.Unknown => VerbTable.Wait(WakeReason.WaitingForRecovery),
        MachineState.Terminating => new Plan.Refuse(WakeReason.TargetTerminating),
        MachineState.Finished or MachineState.Receiving => new Plan.Refuse(WakeReason.NotStartable),
        _ => throw new ArgumentOutOfRangeException(nameof(now), now.State, "a state without a decision"),
    };
}
