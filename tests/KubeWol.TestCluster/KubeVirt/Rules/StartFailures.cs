using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>Counts instances that failed before they ever ran, and says when to try again (<c>vm.go</c>, syncStartFailureStatus).</summary>
internal static class StartFailures
{
    /// <summary>Only where virt-controller itself starts again.</summary>
    public static bool AreCounted(VirtualMachine vm) => vm.RunStrategy is RunStrategy.Always or RunStrategy.RerunOnFailure or RunStrategy.Once;

    public static StartFailure? Next(VirtualMachine vm, VirtualMachineInstance? vmi, TimeSpan unit, DateTimeOffset now)
    {
        var known = vm.Status.StartFailure;
        if (vmi is { HasEverRun: true } || !AreCounted(vm)) return null;
        if (vmi is not { IsFinal: true } || known?.LastFailedVmiUid == vmi.Metadata.Uid) return known;

        // KubeVirt adds up to half at random; here the wait is always the same, so that a test can expect it.
        var count = (known?.ConsecutiveFailCount ?? 0) + 1;
        var wait = unit * Math.Min(count * count, 30);
        return new() { ConsecutiveFailCount = count, LastFailedVmiUid = vmi.Metadata.Uid, RetryAfterTimestamp = now + wait };
    }
}
