using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary><c>status.printableStatus</c>: several may hold at once, the first in this order wins (<c>vm.go</c>, setPrintableStatus).</summary>
internal static class PrintableStatus
{
    private static readonly (string Name, Func<VirtualMachine, VirtualMachineInstance?, bool> Holds)[] Order =
    [
        ("Terminating", (vm, _) => vm.IsDeleting),
        ("Stopping", (_, vmi) => vmi is { IsFinal: false, IsDeleting: true }),
        ("Migrating", (_, vmi) => vmi is { IsMigrating: true }),
        ("Paused", (_, vmi) => vmi is { IsRunning: true, IsPaused: true }),
        ("Running", (_, vmi) => vmi is { IsRunning: true }),
        ("ErrorUnschedulable", (_, vmi) => vmi?.Status.Conditions.Get(Condition.PodScheduled) is { IsFalse: true, Reason: "Unschedulable" }),
        ("WaitingForVolumeBinding", (vm, _) => vm.Metadata.Annotations?.GetValueOrDefault(StandInAnnotations.Volumes) == "waiting"),
        ("Starting", (_, vmi) => vmi is { Phase: VmiPhase.Unset or VmiPhase.Pending or VmiPhase.Scheduling or VmiPhase.Scheduled }),
        ("CrashLoopBackOff", (vm, vmi) => vmi is null or { IsFinal: true } && vm.Status.StartFailure is not null && StartFailures.AreCounted(vm)),
        ("Stopped", (_, vmi) => vmi is null or { IsFinal: true }),
    ];

    public static string Of(VirtualMachine vm, VirtualMachineInstance? vmi) => Order.FirstOrDefault(s => s.Holds(vm, vmi)).Name ?? "Unknown";
}
