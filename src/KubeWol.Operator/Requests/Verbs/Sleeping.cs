using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests.Verbs;

/// <summary>Down: paused, or shut down; done when it is. What is down already, either way, is left as it is by a pause.</summary>
internal static class Sleeping
{
    public static Plan Decide(in Situation now) => now.State switch
    {
        MachineState.Terminating => new Plan.Refuse(WakeReason.TargetTerminating),
        MachineState.Stopped or MachineState.Finished or MachineState.Receiving =>
            new Plan.Done(now.Issued == WakeOperation.Stop ? WakeReason.Stopped : WakeReason.AlreadyInactive),
        // What goes down at somebody else's word is told once not to wait for its guest; KubeVirt refuses a second time.
        MachineState.Stopping when now is { Sleep: SleepMode.Stop, Force: true } and ({ Issued: not WakeOperation.Stop } or { IsUnanswered: true }) =>
            new Plan.Act(WakeOperation.Stop, WakeReason.WaitingForStop),
        MachineState.Stopping => VerbTable.Wait(WakeReason.WaitingForStop),
        _ => now.Sleep == SleepMode.Stop ? VerbTable.Issue(WakeOperation.Stop, WakeReason.WaitingForStop, now) : Pause(now),
    };

    private static Plan Pause(in Situation now) => now.State switch
    {
        MachineState.Paused => new Plan.Done(now.Issued == WakeOperation.Pause ? WakeReason.Paused : WakeReason.AlreadyInactive),
        MachineState.Running => VerbTable.Issue(WakeOperation.Pause, WakeReason.WaitingForPause, now),
        MachineState.Starting => VerbTable.Wait(WakeReason.WaitingForStart),
        MachineState.Migrating => VerbTable.Wait(WakeReason.WaitingForMigration),
        MachineState.Recovering or MachineState.Unknown => VerbTable.Wait(WakeReason.WaitingForRecovery), // nothing runs that could be paused
        _ => throw new ArgumentOutOfRangeException(nameof(now), now.State, "a state without a decision"),
    };
}
