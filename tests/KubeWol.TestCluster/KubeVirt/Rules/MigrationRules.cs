using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>A migration's way from Pending to its end (<c>pkg/virt-controller/watch/migration/migration.go</c>). A paused guest stays paused throughout.</summary>
internal static class MigrationRules
{
    public static Machine Next(Machine machine, Pass pass)
    {
        foreach (var migration in machine.Migrations)
        {
            if (machine.Vmi is null) machine = RemoveWithVmi(machine, migration, pass);
            else if (migration.IsFinal) machine = Release(machine, migration);
            else machine = Advance(machine, migration, pass);
        }

        return machine;
    }

    private static Machine Advance(Machine machine, Migration migration, Pass pass)
    {
        // As many steps as take no time.
        while (machine.Vmi is { } vmi && Step(machine, vmi, migration, pass) is { } next)
        {
            machine = next with { Guest = next.Guest.See(next, pass.Now) };
            if (machine.Migrations.FirstOrDefault(m => m.Metadata.Name == migration.Metadata.Name) is not { IsFinal: false } unfinished) return machine;
            migration = unfinished;
        }

        return machine;
    }

    private static Machine? Step(Machine machine, VirtualMachineInstance vmi, Migration migration, Pass pass)
    {
        if (vmi.IsFinal || vmi.IsDeleting) return Fail(machine, vmi, migration, "Migration failed because target pod shutdown during migration", pass);
        if (migration.IsDeleting) return Abort(machine, vmi, migration, pass);
        var isAnotherUnderWay = migration.Metadata.Name != machine.ActiveMigration?.Metadata.Name;
        if (isAnotherUnderWay) return Enter(machine, migration, MigrationPhase.Failed, pass);
        var since = machine.Guest.MigrationPhaseSince;
        var behaviour = new GuestBehaviour(machine, pass.Delays);
        if (migration.Phase == MigrationPhase.Running)
        {
            if (behaviour.MigrationHangs || !pass.Reached(since + behaviour.Migration)) return null;
            return behaviour.MigrationFails
                ? Fail(machine, vmi, migration, "internal error: QEMU unexpectedly closed the monitor", pass)
                : Succeed(machine, vmi, migration, pass);
        }

        if (migration.Phase != MigrationPhase.Unset && !pass.Reached(since + pass.Delays.MigrationStep)) return null;
        return migration.Phase switch
        {
            MigrationPhase.Unset => Enter(machine, migration, MigrationPhase.Pending, pass),
            MigrationPhase.Pending => Enter(machine, migration, MigrationPhase.Scheduling, pass),
            MigrationPhase.Scheduling => Schedule(machine, vmi, migration, pass),
            MigrationPhase.Scheduled => Enter(machine, migration, MigrationPhase.PreparingTarget, pass),
            MigrationPhase.PreparingTarget => Enter(machine, migration, MigrationPhase.TargetReady, pass),
            _ => Enter(With(machine, vmi, vmi.Status.MigrationState! with { StartTimestamp = pass.Stamp }), migration, MigrationPhase.Running, pass),
        };
    }

    /// <summary>The target fits both selectors and is not the node the guest is on. While there is none, the migration stays in Scheduling.</summary>
    private static Machine? Schedule(Machine machine, VirtualMachineInstance vmi, Migration migration, Pass pass)
    {
        var target = pass.Nodes.Pick(vmi.Status.NodeName, vmi.Spec.NodeSelector, migration.Spec.AddedNodeSelector);
        if (target is null) return null;
        var state = new MigrationState { MigrationUid = migration.Metadata.Uid, SourceNode = vmi.Status.NodeName, TargetNode = target };
        return Enter(With(machine, vmi, state), migration, MigrationPhase.Scheduled, pass);
    }

    private static Machine Succeed(Machine machine, VirtualMachineInstance vmi, Migration migration, Pass pass)
    {
        var state = vmi.Status.MigrationState! with { EndTimestamp = pass.Stamp, Completed = true };
        return Enter(With(machine, VmiRules.OnNode(vmi, state.TargetNode!), state), migration, MigrationPhase.Succeeded, pass);
    }

    private static Machine Fail(Machine machine, VirtualMachineInstance vmi, Migration migration, string reason, Pass pass)
    {
        var ended = Mine(vmi, migration) is { } state ? With(machine, vmi, Ended(state, reason, pass)) : machine;
        return Enter(ended, migration, MigrationPhase.Failed, pass);
    }

    /// <summary>Deleting a migration that has a target aborts it; deleting one that has none yet just ends it.</summary>
    private static Machine Abort(Machine machine, VirtualMachineInstance vmi, Migration migration, Pass pass)
    {
        var aborted = Mine(vmi, migration) is { } state
            ? With(machine, vmi, Ended(state, "Live migration aborted", pass) with { AbortRequested = true, AbortStatus = "Succeeded" })
            : machine;
        return aborted.Without(migration);
    }

    private static Machine Release(Machine machine, Migration migration)
    {
        if (migration.IsDeleting) return machine.Without(migration);
        var released = migration.Metadata.Without(Migration.Finalizer);
        return ReferenceEquals(released, migration.Metadata) ? machine : machine.With(migration with { Metadata = released });
    }

    /// <summary>Migrations do not outlive the instance they moved, finished ones neither.</summary>
    private static Machine RemoveWithVmi(Machine machine, Migration migration, Pass pass) =>
        migration.IsDeleting
            ? machine.Without(migration)
            : machine.With(migration with { Metadata = migration.Metadata with { DeletionTimestamp = pass.Now } });

    private static MigrationState Ended(MigrationState state, string reason, Pass pass) =>
        state with { EndTimestamp = pass.Stamp, Completed = true, Failed = true, FailureReason = reason };

    private static MigrationState? Mine(VirtualMachineInstance vmi, Migration migration) =>
        vmi.Status.MigrationState is { } state && state.MigrationUid == migration.Metadata.Uid ? state : null;

    private static Machine With(Machine machine, VirtualMachineInstance vmi, MigrationState state) =>
        machine with { Vmi = vmi with { Status = vmi.Status with { MigrationState = state } } };

    private static Machine Enter(Machine machine, Migration migration, string phase, Pass pass)
    {
        var status = migration.Status with
        {
            Phase = phase,
            PhaseTransitionTimestamps = [.. migration.Status.PhaseTransitionTimestamps ?? [], new(phase, pass.Stamp)],
        };
        if (phase is MigrationPhase.Succeeded or MigrationPhase.Failed) status = status with { MigrationState = Mine(machine.Vmi!, migration) };
        return machine.With(migration with { Status = status });
    }
}
