using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>An instance's way from Pending to its end: what virt-controller, the scheduler, virt-handler and the guest itself do.</summary>
internal static class VmiRules
{
    private static readonly TimeSpan DefaultGracePeriod = TimeSpan.FromSeconds(30);

    public static Machine Next(Machine machine, Pass pass)
    {
        // As many steps as take no time.
        while (machine.Vmi is { } vmi && Step(machine, vmi, pass) is { } next)
        {
            machine = next with { Guest = next.Guest.See(next, pass.Now) };
        }

        return machine;
    }

    /// <summary>The next step if its time has come, else null.</summary>
    private static Machine? Step(Machine machine, VirtualMachineInstance vmi, Pass pass)
    {
        var behaviour = new GuestBehaviour(machine, pass.Delays);
        var since = machine.Guest.PhaseSince;
        if (vmi.IsDeleting)
        {
            if (HasEnded(machine, vmi, behaviour, pass)) return machine with { Vmi = null };
            var terminating = VmiConditions.Terminating(vmi, pass.Stamp);
            return ReferenceEquals(terminating, vmi) ? null : machine with { Vmi = terminating };
        }

        return vmi.Phase switch
        {
            VmiPhase.Unset => Enter(machine, Claim(VmiConditions.NotReady(vmi, pass.Stamp)), VmiPhase.Pending, pass),
            VmiPhase.Pending => Enter(machine, vmi, VmiPhase.Scheduling, pass),
            VmiPhase.Scheduling => pass.Reached(since + behaviour.Schedule) ? Schedule(machine, vmi, behaviour, pass) : null,
            VmiPhase.Scheduled when !pass.Reached(since + behaviour.Boot) => null,
            VmiPhase.Scheduled when behaviour.CrashLoops => Enter(machine, vmi, VmiPhase.Failed, pass),
            VmiPhase.Scheduled => Enter(machine, Boot(vmi, behaviour, pass), VmiPhase.Running, pass),
            VmiPhase.Running => EndOf(behaviour, since, pass) is { } end ? Enter(machine, VmiConditions.Ended(vmi, pass.Stamp), end, pass) : null,
            _ => null,
        };
    }

    private static Machine? Schedule(Machine machine, VirtualMachineInstance vmi, GuestBehaviour behaviour, Pass pass)
    {
        if (behaviour.VolumesWait) return null;
        var node = behaviour.Unschedulable ? null
            : NodePreference.Of(vmi.Spec.Affinity).Select(wish => pass.Nodes.Pick(null, vmi.Spec.NodeSelector, wish)).FirstOrDefault(n => n is not null)
                ?? pass.Nodes.Pick(null, vmi.Spec.NodeSelector);
        if (node is not null) return Enter(machine, OnNode(VmiConditions.Scheduled(vmi), node), VmiPhase.Scheduled, pass);
        var waiting = VmiConditions.Unschedulable(vmi, pass.Stamp);
        return ReferenceEquals(waiting, vmi) ? null : machine with { Vmi = waiting };
    }

    /// <summary>The instance is on <paramref name="node"/>: at its start, and after a migration.</summary>
    public static VirtualMachineInstance OnNode(VirtualMachineInstance vmi, string node)
    {
        var labels = new Dictionary<string, string>(vmi.Metadata.Labels ?? new Dictionary<string, string>()) { [VirtualMachineInstance.NodeNameLabel] = node };
        return vmi with { Metadata = vmi.Metadata with { Labels = labels }, Status = vmi.Status with { NodeName = node } };
    }

    private static VirtualMachineInstance Claim(VirtualMachineInstance vmi) => vmi with { Metadata = vmi.Metadata.With(VirtualMachineInstance.Finalizer) };

    private static VirtualMachineInstance Boot(VirtualMachineInstance vmi, GuestBehaviour behaviour, Pass pass)
    {
        vmi = VmiConditions.Running(vmi, behaviour.NotMigratable, pass.Stamp);
        if (vmi.Spec.StartStrategy == "Paused") vmi = VmiConditions.Paused(vmi, pass.Stamp);
        return vmi with { Status = vmi.Status with { Interfaces = LiveNics.Of(vmi) } };
    }

    private static string? EndOf(GuestBehaviour behaviour, DateTimeOffset since, Pass pass)
    {
        if (!(behaviour.PowersOff || behaviour.Crashes) || !pass.Reached(since + behaviour.Run)) return null;
        return behaviour.Crashes ? VmiPhase.Failed : VmiPhase.Succeeded;
    }

    /// <summary>A guest that runs is asked to shut down, and killed when its grace period is over; one that does not run is simply removed.</summary>
    private static bool HasEnded(Machine machine, VirtualMachineInstance vmi, GuestBehaviour behaviour, Pass pass)
    {
        if (!vmi.IsRunning) return true;
        var asked = machine.Guest.ShutdownSince ?? pass.Now;
        var grace = vmi.Spec.TerminationGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : DefaultGracePeriod;
        return (!behaviour.IgnoresAcpi && pass.Reached(asked + behaviour.Shutdown)) || pass.Reached(asked + grace);
    }

    private static Machine Enter(Machine machine, VirtualMachineInstance vmi, string phase, Pass pass) => machine with
    {
        Vmi = vmi with
        {
            Status = vmi.Status with
            {
                Phase = phase,
                PhaseTransitionTimestamps = [.. vmi.Status.PhaseTransitionTimestamps ?? [], new(phase, pass.Stamp)],
            },
        },
    };
}
