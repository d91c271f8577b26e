using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>
/// The verbs of <c>subresources.kubevirt.io</c>, as virt-api judges them from what it reads of a machine
/// (KubeVirt v1.9, <c>pkg/virt-api/rest/lifecycle.go</c>). Whether its writes go through is the API server's to say.
/// </summary>
internal static class VirtApi
{
    private const string NotRunning = "VM is not running";

    public static Judgement Start(Machine machine, VerbOptions options)
    {
        if (machine.Vm is not { } vm) return Refuse(machine, Answer.NotFound(Answer.Vm, machine.Name));

        // A live instance in any phase is in the way, one that is shutting down too. One without a phase is not yet seen.
        if (machine.Vmi is { IsFinal: false, Phase: not (VmiPhase.Unset or VmiPhase.Unknown) }) return Conflict(machine, "VM is already running");
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));

        var start = options.Paused ? StateChangeRequest.StartPaused : new StateChangeRequest(StateChangeRequest.Start);
        return vm.RunStrategy switch
        {
            // Paused is a property of one start, so it travels in a request; virt-controller then changes the run strategy.
            RunStrategy.Halted when options.Paused => Request(machine, vm, start),
            RunStrategy.Halted => SetRunning(machine, vm, true),
            RunStrategy.RerunOnFailure when machine.Vmi is { Phase: VmiPhase.Failed } =>
                Conflict(machine, "RerunOnFailure does not support starting VM from failed state"),
            RunStrategy.Manual or RunStrategy.RerunOnFailure when machine.Vmi is { IsFinal: true } ended => Request(machine, vm, Stop(ended), start),
            RunStrategy.Manual or RunStrategy.RerunOnFailure => Request(machine, vm, start),
            RunStrategy.Always or RunStrategy.Once => Conflict(machine, $"{vm.RunStrategy} does not support manual start requests"),
            _ => Accept(machine), // WaitAsReceiver: accepted, and nothing done
        };
    }

    public static Judgement Stop(Machine machine, VerbOptions options)
    {
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));
        if (machine.Vm is not { } vm) return Refuse(machine, Answer.NotFound(Answer.Vm, machine.Name));

        var live = machine.Vmi is { IsFinal: false } ? machine.Vmi : null;
        var before = live?.Spec.TerminationGracePeriodSeconds;
        var hurried = live is not null && options.GracePeriod is { } seconds
            ? machine with { Vmi = live with { Spec = live.Spec with { TerminationGracePeriodSeconds = seconds } } }
            : machine;
        return vm.RunStrategy switch
        {
            RunStrategy.Halted or RunStrategy.Manual or RunStrategy.RerunOnFailure when live is null => Conflict(machine, NotRunning),

            // Halted and alive means it is shutting down already: only hurrying makes sense. The new grace period is written
            // before this is checked, so even a refused one takes effect.
            RunStrategy.Halted when options.GracePeriod is null || (before is not null && options.GracePeriod >= before) =>
                Conflict(hurried, "Halted only supports manual stop requests with a shorter graceperiod"),
            RunStrategy.Halted or RunStrategy.Manual or RunStrategy.RerunOnFailure => Request(hurried, vm, Stop(live!)),
            RunStrategy.Always or RunStrategy.Once => SetRunning(hurried, vm, false),
            _ => Accept(hurried),
        };
    }

    public static Judgement Restart(Machine machine, VerbOptions options)
    {
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));
        if (machine.Vm is not { } vm) return Refuse(machine, Answer.NotFound(Answer.Vm, machine.Name));
        if (vm.RunStrategy is RunStrategy.Halted or RunStrategy.Once)
        {
            return Conflict(machine, $"RunStategy {vm.RunStrategy} does not support manual restart requests"); // KubeVirt's spelling
        }

        if (machine.Vmi is not { } vmi) return Conflict(machine, "VM is not running: Halted");
        return Request(machine, vm, Stop(vmi), new StateChangeRequest(StateChangeRequest.Start));
    }

    public static Judgement Migrate(Machine machine, VerbOptions options)
    {
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));
        if (machine.Vm is null) return Refuse(machine, Answer.NotFound(Answer.Vm, machine.Name));
        if (machine.Vmi is not { } vmi) return Refuse(machine, Answer.NotFound(Answer.Vmi, machine.Name));
        if (!vmi.IsRunning) return Conflict(machine, NotRunning);
        var migration = new Migration
        {
            Metadata = new() { GenerateName = "kubevirt-migrate-vm-", Namespace = machine.Namespace },
            Spec = new() { VmiName = machine.Name, AddedNodeSelector = options.AddedNodeSelector },
        };
        return Accept(machine with { Migrations = [.. machine.Migrations, migration] });
    }

    public static Judgement Pause(Machine machine, VerbOptions options, DateTimeOffset now)
    {
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));
        if (machine.Vmi is not { } vmi) return Refuse(machine, Answer.NotFound(Answer.Vmi, machine.Name));
        if (!vmi.IsRunning) return VmiConflict(machine, NotRunning);
        if (vmi.Spec.LivenessProbe is { } probe && !probe.TryGetProperty("guestAgentPing", out _))
        {
            var why = "Pausing VMIs with a non-GuestAgentPing LivenessProbe is not supported";
            return Refuse(machine, Answer.Forbidden(Answer.Vmi, machine.Name, why));
        }

        return vmi.IsPaused ? VmiConflict(machine, "VMI is already paused") : new(Answer.Ok, machine with { Vmi = VmiConditions.Paused(vmi, now) });
    }

    public static Judgement Unpause(Machine machine, VerbOptions options, DateTimeOffset now)
    {
        if (options.Malformed is { } malformed) return Refuse(machine, Answer.BadRequest(malformed));
        if (machine.Vmi is not { } vmi) return Refuse(machine, Answer.NotFound(Answer.Vmi, machine.Name));
        if (!vmi.IsRunning) return VmiConflict(machine, "VMI is not running");
        return vmi.IsPaused ? new(Answer.Ok, machine with { Vmi = VmiConditions.Unpaused(vmi, now) }) : VmiConflict(machine, "VMI is not paused");
    }

    /// <summary>The guest reboots by itself: nothing in the API changes.</summary>
    public static Judgement SoftReboot(Machine machine)
    {
        if (machine.Vmi is not { } vmi) return Refuse(machine, Answer.NotFound(Answer.Vmi, machine.Name));
        if (!vmi.IsRunning) return VmiConflict(machine, NotRunning);
        return vmi.IsPaused ? VmiConflict(machine, "VMI is paused") : new(Answer.Ok, machine);
    }

    private static Judgement SetRunning(Machine machine, VirtualMachine vm, bool running)
    {
        var spec = vm.Spec.RunStrategy is null
            ? vm.Spec with { Running = running }
            : vm.Spec with { RunStrategy = running ? RunStrategy.Always : RunStrategy.Halted };
        return Accept(machine with { Vm = vm with { Spec = spec } });
    }

    /// <summary>Asks virt-controller. A single stop takes the place of whatever is pending; anything else does not mix with it.</summary>
    private static Judgement Request(Machine machine, VirtualMachine vm, params StateChangeRequest[] requests)
    {
        if (vm.Status.StateChangeRequests is [_, ..] && requests is not [{ Action: StateChangeRequest.Stop }])
        {
            return Refuse(machine, Answer.InternalError("unable to complete request: stop/start already underway"));
        }

        return Accept(machine with { Vm = vm with { Status = vm.Status with { StateChangeRequests = requests, StartFailure = null } } });
    }

    private static StateChangeRequest Stop(VirtualMachineInstance vmi) => new(StateChangeRequest.Stop, vmi.Metadata.Uid);

    private static Judgement Accept(Machine after) => new(Answer.Accepted, after);

    private static Judgement Refuse(Machine machine, Answer answer) => new(answer, machine);

    private static Judgement Conflict(Machine machine, string why) => new(Answer.Conflict(Answer.Vm, machine.Name, why), machine);

    private static Judgement VmiConflict(Machine machine, string why) => new(Answer.Conflict(Answer.Vmi, machine.Name, why), machine);
}
