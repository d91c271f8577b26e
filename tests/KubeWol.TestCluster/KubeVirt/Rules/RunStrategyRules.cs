using System.Text.Json;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>Whether there should be an instance, by run strategy and pending requests (<c>pkg/virt-controller/watch/vm/vm.go</c>, syncRunStrategy).</summary>
internal static class RunStrategyRules
{
    public static Machine Next(Machine machine, Pass pass)
    {
        if (machine.Vm is not { } vm) return machine;
        var vmi = machine.Vmi;
        var failure = machine.Guest.CreateFailure;
        if (failure is not null) machine = machine with { Guest = machine.Guest with { CreateFailure = null } };
        if (vm.IsDeleting)
        {
            if (vmi is not null) return Stop(machine, vmi, pass);
            if (!vm.Metadata.Has(VirtualMachine.Finalizer)) return machine;
            return machine with { Vm = vm with { Metadata = vm.Metadata.Without(VirtualMachine.Finalizer) } };
        }

        var stopRequested = vmi is not null && vm.FirstRequest is { Action: StateChangeRequest.Stop } stop && stop.Uid == vmi.Metadata.Uid;
        var startRequested = vm.FirstRequest is { Action: StateChangeRequest.Start };
        var restartRequested = vm.Status.StateChangeRequests?.Any(r => r.Action == StateChangeRequest.Start) == true;
        return (vm.RunStrategy, vmi) switch
        {
            (RunStrategy.Always, null) => StartUnlessBackingOff(machine, vm, failure, pass),
            (RunStrategy.Always, { } live) when stopRequested || live.IsFinal => Stop(machine, live, pass),

            // Without a request only the first time, or when the run strategy was another one before.
            (RunStrategy.RerunOnFailure, null) when startRequested || vm.Status.RunStrategy != RunStrategy.RerunOnFailure =>
                StartUnlessBackingOff(machine, vm, failure, pass),

            // The request to start again is noted first and the failed instance removed then; the other way round it could be lost.
            (RunStrategy.RerunOnFailure, { Phase: VmiPhase.Failed, IsDeleting: false }) when !restartRequested => RequestStart(machine, vm),
            (RunStrategy.RerunOnFailure, { } live) when stopRequested || live.IsFinal => Stop(machine, live, pass),

            (RunStrategy.Manual, null) when startRequested => Start(machine, vm, failure, pass),
            (RunStrategy.Manual, { } live) when stopRequested => Stop(machine, live, pass),

            // A start request to a halted machine is a paused start.
            (RunStrategy.Halted, null) when startRequested => machine with { Vm = vm with { Spec = Running(vm.Spec) } },
            (RunStrategy.Halted, { } live) => Stop(machine, live, pass),

            (RunStrategy.Once, null) => Start(machine, vm, failure, pass),
            _ => machine,
        };
    }

    private static VirtualMachineSpec Running(VirtualMachineSpec spec) =>
        spec.RunStrategy is null ? spec with { Running = true } : spec with { RunStrategy = RunStrategy.Always };

    private static Machine RequestStart(Machine machine, VirtualMachine vm) => machine with
    {
        Vm = vm with { Status = vm.Status with { StateChangeRequests = [.. vm.Status.StateChangeRequests ?? [], new(StateChangeRequest.Start)] } },
    };

    private static Machine Stop(Machine machine, VirtualMachineInstance vmi, Pass pass) =>
        vmi.IsDeleting ? machine : machine with { Vmi = vmi with { Metadata = vmi.Metadata with { DeletionTimestamp = pass.Now } } };

    private static Machine StartUnlessBackingOff(Machine machine, VirtualMachine vm, CreateFailure? failure, Pass pass) =>
        vm.Status.StartFailure?.RetryAfterTimestamp is { } retry && !pass.Reached(retry) ? machine : Start(machine, vm, failure, pass);

    private static Machine Start(Machine machine, VirtualMachine vm, CreateFailure? failure, Pass pass)
    {
        if (failure is not null && !pass.Reached(failure.RetryAt)) return machine with { Guest = machine.Guest with { CreateFailure = failure } };
        if (new GuestBehaviour(machine, pass.Delays).CreateError is { } error) return Refused(machine, error, pass);
        return machine with
        {
            Vm = vm with { Metadata = vm.Metadata.With(VirtualMachine.Finalizer) },
            Vmi = FromTemplate(vm),
        };
    }

    /// <summary>The API server did not let virt-controller create the instance.</summary>
    public static Machine Refused(Machine machine, string error, Pass pass)
    {
        var retry = pass.Now + pass.Delays.CreateRetry;
        pass.Reached(retry);
        return machine with { Vmi = null, Guest = machine.Guest with { CreateFailure = new(error, retry) } };
    }

    private static VirtualMachineInstance FromTemplate(VirtualMachine vm)
    {
        var template = vm.Spec.Template;
        var spec = Part(template, "spec")?.Deserialize(KubeVirtJson.Default.VirtualMachineInstanceSpec) ?? new();
        var metadata = Part(template, "metadata")?.Deserialize(KubeVirtJson.Default.ObjectMeta) ?? new();
        if (vm.FirstRequest is { IsStartPaused: true }) spec = spec with { StartStrategy = "Paused" };
        return new()
        {
            Metadata = new()
            {
                Name = vm.Metadata.Name,
                Namespace = vm.Metadata.Namespace,
                Labels = metadata.Labels,
                Annotations = metadata.Annotations,
                Finalizers = [VirtualMachineInstance.Finalizer],
                OwnerReferences = [new("kubevirt.io/v1", VirtualMachine.Kind, vm.Metadata.Name!, vm.Metadata.Uid!, true, true)],
            },
            Spec = VmiNetworks.WithDefaultNic(spec),
        };
    }

    private static JsonElement? Part(JsonElement? template, string name) =>
        template is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object
            ? part
            : null;
}
