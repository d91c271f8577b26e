using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>One virtual machine as KubeVirt shows it: the VirtualMachine, and its instance while there is one.</summary>
internal sealed record Machine(VirtualMachine Object, VirtualMachineInstance? Instance)
{
    /// <summary>The effective run strategy; <c>spec.running</c> is its older form.</summary>
    public string RunStrategy => Object.Spec?.RunStrategy ?? (Object.Spec?.Running == true ? RunStrategies.Always : RunStrategies.Halted);

    /// <summary>KubeVirt's own word for the state, for people.</summary>
    public string PrintableStatus => Object.Status?.PrintableStatus ?? "Unknown";

    /// <summary>Whether the guest is ready, by its readiness probe where it has one.</summary>
    public bool IsReady => Object.Status?.Ready == true;

    /// <summary>The addresses by which a request may mean it: those it has, and those that are noted on it.</summary>
    public IEnumerable<MacAddress> Addresses => MacAddresses.Noted(Object).Concat(Instance is null ? [] : MacAddresses.Of(Instance)).Distinct();

    /// <summary>Why KubeVirt cannot migrate it live; null when it can, or has not said yet.</summary>
    public string? MigrationObstacle =>
        Instance?.Status?.Conditions?.FirstOrDefault(c => c is { Type: "LiveMigratable", Status: "False" }) is { } not ? $"{not.Reason}: {not.Message}" : null;

    /// <summary>The node the machine is on; null when it is off.</summary>
    public string? Node => InstanceHasEnded ? null : Instance?.Status?.NodeName;

    /// <summary>What the machine is doing. The words are those of VirtualMachinePrintableStatus (KubeVirt, api/core/v1/types.go).</summary>
    public MachineState State => Object.Status?.PrintableStatus switch
    {
        _ when Object.Metadata.DeletionTimestamp is not null => MachineState.Terminating,
        "Starting" or "Running" or "Paused" or "Migrating" when IsToldToStop => MachineState.Stopping,
        "Running" => MachineState.Running,
        "Paused" => MachineState.Paused,
        "Stopping" => MachineState.Stopping,
        "Migrating" => MachineState.Migrating,
        "Terminating" => MachineState.Terminating,
        "WaitingForReceiver" => MachineState.Receiving,
        _ when RunStrategy == RunStrategies.WaitAsReceiver => MachineState.Receiving,
        "Starting" => MachineState.Starting,
        "CrashLoopBackOff" => MachineState.Recovering,
        "Unknown" => MachineState.Unknown,
        _ when RunStrategy == RunStrategies.Once && InstanceHasEnded => MachineState.Finished,
        // Volumes being filled or broken are shown for a machine that is off, too: what counts is whether it is meant to run.
        _ when !IsMeantToRun => MachineState.Stopped,
        null or "Stopped" => CreationFailure is null ? MachineState.Starting : MachineState.Recovering,
        "Provisioning" or "WaitingForVolumeBinding" => MachineState.Starting,
        "ErrorUnschedulable" or "ErrImagePull" or "ImagePullBackOff" or "ErrorPvcNotFound" or "DataVolumeError" => MachineState.Recovering,
        _ => MachineState.Unknown,
    };

    /// <summary>Why KubeVirt could not create the instance: a 202 to a start does not mean that it can (quota, admission).</summary>
    public string? CreationFailure => Object.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Failure", Status: "True" })?.Message;

    /// <summary>A stop shows in what is wanted a moment before it shows in the status; a wake that falls into that moment must not take the machine for running.</summary>
    private bool IsToldToStop => RunStrategy == RunStrategies.Halted || Instance?.Metadata.DeletionTimestamp is not null
        || Object.Status?.StateChangeRequests is [{ Action: "Stop" }, ..]; // of several, KubeVirt looks at the first alone (virt-controller, vm.go)

    private bool InstanceHasEnded => Instance?.Status?.Phase is "Succeeded" or "Failed";

    private bool HasLiveInstance => (Instance is not null && !InstanceHasEnded) || (Instance is null && Object.Status?.Created == true);

    /// <summary>RerunOnFailure rests after a guest's own power-off, and before its first run for a moment only; a start is right in both.</summary>
    private bool IsMeantToRun => HasLiveInstance || RunStrategy is RunStrategies.Always or RunStrategies.Once
        || Object.Status?.StateChangeRequests?.Any(r => r.Action == "Start") == true;
}
