using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests.Verbs;

/// <summary>
/// To another node. What runs or is paused migrates live and stays as it is; what is off is given a preference for its next start.
/// </summary>
internal static class Moving
{
    public static Plan Decide(in Situation now) => now.State switch
    {
        MachineState.Running or MachineState.Paused => Migrate(now),
        MachineState.Stopped or MachineState.Finished => Place(now),
        MachineState.Migrating => VerbTable.Wait(WakeReason.WaitingForMigration),
        MachineState.Starting => VerbTable.Wait(WakeReason.WaitingForStart),
        MachineState.Stopping => VerbTable.Wait(WakeReason.WaitingForStop),
        MachineState.Recovering or MachineState.Unknown => VerbTable.Wait(WakeReason.WaitingForRecovery),
        MachineState.Terminating => new Plan.Refuse(WakeReason.TargetTerminating),
        MachineState.Receiving => new Plan.Refuse(WakeReason.NotMigratable),
        _ => throw new ArgumentOutOfRangeException(nameof(now), now.State, "a state without a decision"),
    };

    private static Plan Migrate(in Situation now) => now.Movement switch
    {
        { Migration: MigrationProgress.Scheduling, Problem: { } problem } => new Plan.Refuse(problem, CancelMigration: true), // drained meanwhile, or gone
        { Migration: MigrationProgress.Scheduling or MigrationProgress.InFlight } => VerbTable.Wait(WakeReason.WaitingForMigration),
        { IsThere: true } => new Plan.Done(now.Issued == WakeOperation.LiveMigrate || now.Movement.Migration == MigrationProgress.Succeeded ? WakeReason.Moved : WakeReason.AlreadyThere),
        { Migration: MigrationProgress.Succeeded } => VerbTable.Wait(WakeReason.WaitingForMigration), // the instance shows its new node in a moment
        { Migration: MigrationProgress.Failed } => new Plan.Refuse(WakeReason.MigrationFailed),
        { Problem: { } problem } => new Plan.Refuse(problem),
        { IsFixed: true } => new Plan.Refuse(WakeReason.NotMigratable),
        _ => VerbTable.Issue(WakeOperation.LiveMigrate, WakeReason.WaitingForMigration, now),
    };

    private static Plan Place(in Situation now) => now.Movement switch
    {
        { Problem: { } problem } => new Plan.Refuse(problem),
        { IsPlaced: true } => new Plan.Done(now.Issued == WakeOperation.Place ? WakeReason.Placed : WakeReason.AlreadyThere),
        _ => VerbTable.Issue(WakeOperation.Place, WakeReason.WaitingForPlacement, now),
    };
}
