using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd;

/// <summary>A wake in each state of a machine, and what becomes of its run strategy.</summary>
public sealed class StateTests(Bed bed)
{
    [Theory]
    [InlineData("Halted", "Always")]
    [InlineData("Manual", "Manual")]
    public async Task A_stopped_machine_is_started_and_its_run_strategy_is_what_KubeVirt_makes_of_it(string before, string after)
    {
        var machine = await bed.CreateMachineAsync(bed.Machine($"stopped-{before.ToLowerInvariant()}") with { RunStrategy = before }, "Stopped");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        var status = (await bed.FinishedRequestForAsync(machine.Mac!)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started, WakeOperation.Start), (status.Phase, status.Reason, status.Operation));
        Assert.Equal(("Stopped", "Running"), (status.Observed!.Before, status.Observed.After));
        Assert.NotNull(status.Observed.NodeAfter);
        Assert.True(status.AcceptedAt <= status.IssuedAt && status.IssuedAt <= status.CompletedAt);
        Assert.All(status.Conditions!, c => Assert.Equal(("True", true), (c.Status.ToString(), c.Reason.Length > 0)));
        Assert.Equal(["Authorized", "Completed", "Resolved"], status.Conditions!.Select(c => c.Type).Order());
        Assert.Equal(after, (await bed.MachineAsync(machine)).Spec!.RunStrategy);
    }

    [Fact]
    public async Task A_paused_machine_is_unpaused()
    {
        var machine = await RunningAsync("paused");
        await bed.CallAsync("virtualmachineinstances", machine, "pause");
        await bed.WaitForAsync(machine, "Paused");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        var status = (await bed.FinishedRequestForAsync(machine.Mac!)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Unpaused, WakeOperation.Unpause), (status.Phase, status.Reason, status.Operation));
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_running_machine_is_left_alone()
    {
        var machine = await RunningAsync("running");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        var status = (await bed.FinishedRequestForAsync(machine.Mac!)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.AlreadyActive, WakeOperation.None), (status.Phase, status.Reason, status.Operation));
    }

    [Fact]
    public async Task A_running_machine_is_found_by_the_address_it_really_has()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("no-fixed-address") with { Mac = null, RunStrategy = "Always" }, "Running");
        var live = await bed.LiveAddressAsync(machine);
        await bed.SendAsync("wakeonlan", live);

        Assert.Equal(machine.Name, (await bed.FinishedRequestForAsync(live)).Status!.VirtualMachine!.Name);
    }

    [Fact]
    public async Task A_machine_that_is_starting_is_waited_for()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(Behaving("starting", "Always", StandInAnnotations.BootSeconds, "1"), "Starting");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        var status = (await bed.FinishedRequestForAsync(machine.Mac!)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.AlreadyActive, WakeOperation.None), (status.Phase, status.Reason, status.Operation));
        Assert.Equal(("Starting", "Running"), (status.Observed!.Before, status.Observed.After));
    }

    [Fact]
    public async Task A_machine_that_is_stopping_is_started_once_it_is_off()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(Behaving("stopping", "Always", StandInAnnotations.ShutdownSeconds, "1") with { GracePeriodSeconds = 30 }, "Running");
        await bed.CallAsync("virtualmachines", machine, "stop");
        await bed.WaitForAsync(machine, "Stopping");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        var status = (await bed.FinishedRequestForAsync(machine.Mac!)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started), (status.Phase, status.Reason));
        Assert.Equal(("Stopping", "Running"), (status.Observed!.Before, status.Observed.After));
    }

    [Fact]
    public async Task A_machine_that_ran_once_cannot_be_started()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(Behaving("once", "Once", StandInAnnotations.Guest, "powers-off"), "Stopped");
        var request = await AskUntilSettledAsync(machine);
        Assert.Equal((WakePhase.Failed, WakeReason.NotStartable), (request.Status!.Phase, request.Status.Reason));
    }

    [Fact]
    public async Task A_machine_that_no_node_takes_fails_at_the_deadline_and_says_so()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(Behaving("homeless", "Halted", StandInAnnotations.Unschedulable, "true"), "Stopped");
        var request = await bed.AskAsync(bed.Namespace, new WakeTarget { Name = machine.Name }, deadlineSeconds: 5);
        Assert.Equal((WakePhase.Failed, WakeReason.DeadlineExceeded, WakeOperation.Start), (request.Status!.Phase, request.Status.Reason, request.Status.Operation));
        Assert.Contains("ErrorUnschedulable", request.Status.Message, StringComparison.Ordinal);
    }

    private MachineManifest Behaving(string name, string runStrategy, string annotation, string value) =>
        bed.Machine(name) with { RunStrategy = runStrategy, Annotations = new Dictionary<string, string> { [annotation] = value } };

    private Task<MachineManifest> RunningAsync(string name) => bed.CreateMachineAsync(bed.Machine(name) with { RunStrategy = "Always" }, "Running");

    /// <summary>Asks until the guest's power-off has been noticed: before that, the machine runs.</summary>
    private async Task<WakeRequest> AskUntilSettledAsync(MachineManifest machine)
    {
        WakeRequest? request = null;
        await Eventually.BecomesTrueAsync(
            $"{machine.Name} is off", async () => (request = await bed.AskAsync(bed.Namespace, new WakeTarget { Name = machine.Name })).Status!.Reason != WakeReason.AlreadyActive, TestContext.Current.CancellationToken);
        return request!;
    }
}
