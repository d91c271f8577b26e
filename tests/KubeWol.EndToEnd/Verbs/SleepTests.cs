using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>Sleep: what it leaves behind, and what it never does.</summary>
public sealed class SleepTests(Bed bed)
{
    private static readonly WakeRequestSpec Stop = new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop }, DeadlineSeconds = 60 };
    private static readonly WakeRequestSpec Wake = new() { Action = WakeAction.Wake, DeadlineSeconds = 60 };

    [Fact]
    public async Task A_frame_with_the_address_written_backwards_pauses_the_machine()
    {
        var machine = await RunningAsync("backwards");
        var reversed = MacAddress.Parse(machine.Mac!).Reversed.ToString();
        await bed.SendAsync("wakeonlan", reversed);

        var status = (await bed.FinishedRequestForAsync(reversed)).Status!;
        Assert.Equal((WakeAction.Sleep, WakeReason.Paused, machine.Name), (status.Action, status.Reason, status.VirtualMachine!.Name));
        await bed.WaitForAsync(machine, "Paused");
    }

    [Fact]
    public async Task A_machine_without_a_fixed_address_sleeps_by_the_one_it_has_and_the_request_stays_with_it()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("drifting") with { Mac = null, RunStrategy = "Always" }, "Running");
        var live = await bed.LiveAddressAsync(machine);

        var ended = await bed.AskAsync(machine.Namespace, Stop with { Target = new() { MacAddress = live } });

        Assert.Equal((WakePhase.Succeeded, WakeReason.Stopped), (ended.Status!.Phase, ended.Status.Reason));
    }

    [Fact]
    public async Task A_guest_that_ignores_the_shutdown_is_not_switched_off_unless_the_request_says_so()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(
            bed.Machine("deaf") with { RunStrategy = "Always", GracePeriodSeconds = 3600, Annotations = new Dictionary<string, string> { [StandInAnnotations.Guest] = "ignores-acpi" } }, "Running");

        var asked = await bed.AskAsync(machine, Stop with { DeadlineSeconds = 5 });
        Assert.Equal((WakePhase.Failed, WakeReason.DeadlineExceeded, WakeOperation.Stop), (asked.Status!.Phase, asked.Status.Reason, asked.Status.Operation));
        Assert.Contains("has not shut down within 5 s", asked.Status.Message, StringComparison.Ordinal);
        Assert.Equal("Stopping", (await bed.MachineAsync(machine)).Status!.PrintableStatus);

        var forced = await bed.AskAsync(machine, Stop with { Sleep = new() { Mode = SleepMode.Stop, Force = true } });
        Assert.Equal(WakeReason.Stopped, forced.Status!.Reason);
    }

    [Theory]
    [InlineData("Always", "Always")]
    [InlineData("Manual", "Manual")]
    [InlineData("RerunOnFailure", "RerunOnFailure")]
    public async Task A_machine_that_slept_wakes_with_the_run_strategy_it_had(string strategy, string after)
    {
        var machine = await bed.CreateMachineAsync(bed.Machine($"kept-{strategy.ToLowerInvariant()}") with { RunStrategy = strategy }, strategy is "Manual" ? "Stopped" : "Running");
        if (strategy == "Manual") await bed.AskAsync(machine, Wake);

        Assert.Equal(WakeReason.Stopped, (await bed.AskAsync(machine, Stop)).Status!.Reason);
        Assert.Equal(WakeReason.Started, (await bed.AskAsync(machine, Wake)).Status!.Reason);

        Assert.Equal(after, (await bed.MachineAsync(machine)).Spec!.RunStrategy);
    }

    [Theory]
    [InlineData("Manual")]
    [InlineData("RerunOnFailure")]
    public async Task What_becomes_of_Halted_is_what_the_machines_owner_says(string startAs)
    {
        var machine = await bed.CreateMachineAsync(
            bed.Machine($"start-as-{startAs.ToLowerInvariant()}") with { Annotations = new Dictionary<string, string> { ["kubewol.io/start-as"] = startAs } }, "Stopped");

        Assert.Equal(WakeReason.Started, (await bed.AskAsync(machine, Wake)).Status!.Reason);
        Assert.Equal(startAs, (await bed.MachineAsync(machine)).Spec!.RunStrategy);
    }

    [Fact]
    public async Task A_machine_that_was_to_run_once_is_not_made_to_run_for_ever()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("once-more") with { RunStrategy = "Once" }, "Running");
        await bed.AskAsync(machine, Stop);
        Assert.Equal("Halted", (await bed.MachineAsync(machine)).Spec!.RunStrategy);

        Assert.Equal(WakeReason.Started, (await bed.AskAsync(machine, Wake)).Status!.Reason);
        var after = await bed.MachineAsync(machine);
        Assert.Equal("Once", after.Spec!.RunStrategy);
        Assert.DoesNotContain("kubewol.io/run-strategy", after.Metadata.Annotations?.Keys ?? []);
    }

    [Fact]
    public async Task A_machine_with_a_liveness_probe_cannot_be_paused_and_the_request_says_why()
    {
        bed.NeedsStandIn();
        var machine = bed.Machine("probed") with { RunStrategy = "Always" };
        await bed.Cluster.Kubectl.ApplyAsync(
            machine.ToString().Replace("      domain:", "      livenessProbe: {tcpSocket: {port: 22}}\n      domain:", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await bed.WaitForAsync(machine, "Running");

        var ended = await bed.AskAsync(machine, new() { Action = WakeAction.Sleep });

        Assert.Equal((WakePhase.Failed, WakeReason.Refused), (ended.Status!.Phase, ended.Status.Reason));
        Assert.Contains("LivenessProbe", ended.Status.Message, StringComparison.Ordinal);
    }

    private Task<MachineManifest> RunningAsync(string name) => bed.CreateMachineAsync(bed.Machine(name) with { RunStrategy = "Always" }, "Running");
}
