using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.Tests.KubeVirt;

public sealed class RulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The order in vm.go, setPrintableStatus: several hold at once, the first wins.</summary>
    [Theory]
    [InlineData("vm deleting, vmi deleting, migrating, paused, Running", "Terminating")]
    [InlineData("vmi deleting, migrating, paused, Running", "Stopping")]
    [InlineData("vmi deleting, Scheduled", "Stopping")]
    [InlineData("migrating, paused, Running", "Migrating")]
    [InlineData("paused, Running", "Paused")]
    [InlineData("Running", "Running")]
    [InlineData("unschedulable, Scheduling", "ErrorUnschedulable")]
    [InlineData("unset", "Starting")]
    [InlineData("Pending", "Starting")]
    [InlineData("Scheduling", "Starting")]
    [InlineData("Scheduled", "Starting")]
    [InlineData("start failure, Failed", "CrashLoopBackOff")]
    [InlineData("start failure, none", "CrashLoopBackOff")]
    [InlineData("vmi deleting, Succeeded", "Stopped")]
    [InlineData("Succeeded", "Stopped")]
    [InlineData("Failed", "Stopped")]
    [InlineData("none", "Stopped")]
    [InlineData("Unknown", "Unknown")]
    public void The_printable_status_is_the_first_that_holds(string state, string expected)
    {
        var traits = state.Split(", ");
        var vm = new VirtualMachine { Spec = new() { RunStrategy = RunStrategy.Always } };
        if (traits.Contains("vm deleting")) vm = vm with { Metadata = new() { DeletionTimestamp = Now } };
        if (traits.Contains("start failure")) vm = vm with { Status = new() { StartFailure = new() { ConsecutiveFailCount = 1 } } };
        Assert.Equal(expected, PrintableStatus.Of(vm, traits[^1] == "none" ? null : Instance(traits)));
    }

    [Fact]
    public void Each_failed_start_waits_longer_and_never_more_than_thirty_times_the_first()
    {
        var vm = new VirtualMachine { Spec = new() { RunStrategy = RunStrategy.Always } };
        var waits = new List<double>();
        for (var i = 1; i <= 7; i++)
        {
            var failed = new VirtualMachineInstance { Metadata = new() { Uid = $"uid-{i}" }, Status = new() { Phase = VmiPhase.Failed } };
            vm = vm with { Status = new() { StartFailure = StartFailures.Next(vm, failed, TimeSpan.FromSeconds(10), Now) } };
            Assert.Equal(vm.Status.StartFailure, StartFailures.Next(vm, failed, TimeSpan.FromSeconds(10), Now.AddSeconds(1))); // counted once
            waits.Add((vm.Status.StartFailure!.RetryAfterTimestamp!.Value - Now).TotalSeconds);
        }

        Assert.Equal([10, 40, 90, 160, 250, 300, 300], waits);
        var ran = new VirtualMachineInstance { Status = new() { Phase = VmiPhase.Running, PhaseTransitionTimestamps = [new(VmiPhase.Running, Now)] } };
        Assert.Null(StartFailures.Next(vm, ran, TimeSpan.FromSeconds(10), Now));
    }

    [Fact]
    public void Nodes_are_taken_in_turn_by_what_fits()
    {
        var ssd = new Dictionary<string, string> { ["disk"] = "ssd" };
        var pool = new NodePool([new("node01"), new("node02", ssd), new("node03", ssd)]);
        Assert.Equal(["node01", "node02", "node03", "node01"], Enumerable.Range(0, 4).Select(_ => pool.Pick(null, (IReadOnlyDictionary<string, string>?)null)));
        Assert.Equal(["node02", "node03"], Enumerable.Range(0, 2).Select(_ => pool.Pick(null, ssd)).Order());
        Assert.Equal("node03", pool.Pick("node02", ssd));
        Assert.Equal("node01", pool.Pick(null, new Dictionary<string, string> { ["kubernetes.io/hostname"] = "node01" }));
        Assert.Null(pool.Pick("node01", new Dictionary<string, string> { ["kubernetes.io/hostname"] = "node01" }));
        Assert.Null(pool.Pick(null, ssd, new Dictionary<string, string> { ["disk"] = "hdd" }));
    }

    [Fact]
    public void A_machine_stopped_while_paused_goes_on_saying_so_until_its_next_start()
    {
        var paused = VmiConditions.Paused(new() { Metadata = new() { Uid = "uid" }, Status = new() { Phase = VmiPhase.Running } }, Now);
        var vm = new VirtualMachine { Spec = new() { RunStrategy = RunStrategy.Halted } };
        var pass = new Pass(Now, StandInDelays.None, new([]));
        var running = VmStatusRules.Next(new("default", "vm") { Vm = vm, Vmi = paused }, pass);
        var stopped = VmStatusRules.Next(running with { Vmi = null }, pass);
        Assert.True(stopped.Vm!.Status.Conditions.IsTrue(Condition.Paused));
        Assert.Equal("Stopped", stopped.Vm.Status.PrintableStatus);
        Assert.Equal("VMINotExists", stopped.Vm.Status.Conditions.Get(Condition.Ready)!.Reason);
    }

    private static VirtualMachineInstance Instance(string[] traits)
    {
        var vmi = new VirtualMachineInstance { Status = new() { Phase = traits[^1] == "unset" ? "" : traits[^1] } };
        if (traits.Contains("vmi deleting")) vmi = vmi with { Metadata = new() { DeletionTimestamp = Now } };
        if (traits.Contains("migrating")) vmi = vmi with { Status = vmi.Status with { MigrationState = new() { StartTimestamp = Now } } };
        if (traits.Contains("unschedulable")) vmi = VmiConditions.Unschedulable(vmi, Now);
        return traits.Contains("paused") ? VmiConditions.Paused(vmi, Now) : vmi;
    }
}
