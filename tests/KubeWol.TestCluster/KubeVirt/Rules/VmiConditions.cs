using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The conditions of an instance in each situation.</summary>
internal static class VmiConditions
{
    private const string BridgeOnPodNetwork = "cannot migrate VMI which does not use masquerade or a migratable plugin to connect to the pod network";
    private const string NotUnpaused = "the status of pod readiness gate \"kubevirt.io/virtual-machine-unpaused\" is not \"True\", but False";

    public static VirtualMachineInstance NotReady(VirtualMachineInstance vmi, DateTimeOffset now) =>
        Set(vmi, new(Condition.Ready, "False", "GuestNotRunning", "Guest VM is not reported as running"), now);

    public static VirtualMachineInstance Unschedulable(VirtualMachineInstance vmi, DateTimeOffset now) =>
        Set(vmi, new(Condition.PodScheduled, "False", "Unschedulable", "0 nodes are available: no node fits the pod's node selector"), now);

    public static VirtualMachineInstance Scheduled(VirtualMachineInstance vmi) => Remove(vmi, Condition.PodScheduled);

    /// <summary>The guest runs: whether it can be migrated is known from now on.</summary>
    public static VirtualMachineInstance Running(VirtualMachineInstance vmi, string? notMigratable, DateTimeOffset now)
    {
        var (reason, message) = notMigratable is not null ? (notMigratable, $"cannot migrate VMI: {notMigratable}")
            : VmiNetworks.Of(vmi.Spec).Any(nic => nic is { IsBridge: true, IsOnPodNetwork: true }) ? ("InterfaceNotLiveMigratable", BridgeOnPodNetwork)
            : (null, null);
        return Set(Set(vmi, new(Condition.Ready, "True"), now), new(Condition.LiveMigratable, reason is null ? "True" : "False", reason, message), now);
    }

    /// <summary>A paused guest's launcher pod fails a readiness gate, so it is not Ready either.</summary>
    public static VirtualMachineInstance Paused(VirtualMachineInstance vmi, DateTimeOffset now) =>
        Set(
            Set(vmi, new(Condition.Ready, "False", "ReadinessGatesNotReady", NotUnpaused), now),
            new(Condition.Paused, "True", "PausedByUser", "VMI was paused by user", LastProbeTime: now),
            now);

    public static VirtualMachineInstance Unpaused(VirtualMachineInstance vmi, DateTimeOffset now) =>
        Set(Remove(vmi, Condition.Paused), new(Condition.Ready, "True"), now);

    /// <summary>Shutting down: the phase stays Running until the end, Ready does not.</summary>
    public static VirtualMachineInstance Terminating(VirtualMachineInstance vmi, DateTimeOffset now) =>
        Set(vmi, new(Condition.Ready, "False", "PodTerminating", "virt-launcher pod is terminating"), now);

    public static VirtualMachineInstance Ended(VirtualMachineInstance vmi, DateTimeOffset now) => NotReady(Remove(vmi, Condition.Paused), now);

    private static VirtualMachineInstance Set(VirtualMachineInstance vmi, Condition condition, DateTimeOffset now) =>
        With(vmi, vmi.Status.Conditions.Set(condition, now));

    private static VirtualMachineInstance Remove(VirtualMachineInstance vmi, string type) => With(vmi, vmi.Status.Conditions.Remove(type));

    private static VirtualMachineInstance With(VirtualMachineInstance vmi, IReadOnlyList<Condition>? conditions) =>
        ReferenceEquals(conditions, vmi.Status.Conditions) ? vmi : vmi with { Status = vmi.Status with { Conditions = conditions } };
}
