using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>Several requests for one machine: one at a time, and the last word counts.</summary>
public sealed class OrderTests(Bed bed)
{
    private static readonly WakeRequestSpec Wake = new() { Action = WakeAction.Wake };
    private static readonly WakeRequestSpec Stop = new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop } };
    private static readonly WakeRequestSpec Destroy = new() { Action = WakeAction.Destroy };

    [Fact]
    public async Task A_wake_that_comes_while_the_machine_goes_to_sleep_runs_after_it()
    {
        bed.NeedsStandIn();
        var machine = await SlowAsync("bounced", StandInAnnotations.ShutdownSeconds);
        var sleep = await bed.BeginAsync(machine, Stop);
        await bed.SaysAsync(sleep, WakeReason.WaitingForStop);
        var wake = await bed.BeginAsync(machine, Wake);
        await bed.SaysAsync(wake, WakeReason.WaitingForTurn);

        Assert.Equal(WakeReason.Stopped, (await bed.FinishedAsync(sleep)).Status!.Reason);
        Assert.Equal(WakeReason.Started, (await bed.FinishedAsync(wake)).Status!.Reason);
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_sleep_that_comes_while_the_machine_wakes_up_has_the_last_word()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(
            bed.Machine("turned") with { Annotations = new Dictionary<string, string> { [StandInAnnotations.BootSeconds] = "3" } }, "Stopped");
        var wake = await bed.BeginAsync(machine, Wake);
        await bed.SaysAsync(wake, WakeReason.WaitingForStart);
        var sleep = await bed.BeginAsync(machine, Stop);

        Assert.Equal((WakePhase.Failed, WakeReason.Superseded), await EndAsync(wake));
        Assert.Equal((WakePhase.Succeeded, WakeReason.Stopped), await EndAsync(sleep));
        Assert.Equal("Stopped", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task Many_words_at_once_end_in_the_last()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("indecisive") with { RunStrategy = "Manual" }, "Stopped");
        var asked = new List<WakeRequest>();
        for (var i = 0; i < 10; i++) asked.Add(await bed.BeginAsync(machine, i % 2 == 0 ? Stop : Wake));

        Assert.Equal(WakePhase.Succeeded, (await EndAsync(asked[^1])).Phase);
        foreach (var request in asked) Assert.Contains((await EndAsync(request)).Reason, (WakeReason?[])[WakeReason.Superseded, WakeReason.Started, WakeReason.Stopped, WakeReason.AlreadyActive, WakeReason.AlreadyInactive]);
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_machine_that_is_destroyed_while_it_wakes_is_gone_and_the_wake_says_so()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(
            bed.Machine("doomed") with { Annotations = new Dictionary<string, string> { [StandInAnnotations.BootSeconds] = "3" } }, "Stopped");
        var wake = await bed.BeginAsync(machine, Wake);
        await bed.SaysAsync(wake, WakeReason.WaitingForStart);
        var destroy = await bed.BeginAsync(machine, Destroy);

        Assert.Equal((WakePhase.Failed, WakeReason.Superseded), await EndAsync(wake));
        Assert.Equal((WakePhase.Succeeded, WakeReason.Destroyed), await EndAsync(destroy));
    }

    [Fact]
    public async Task A_machine_that_somebody_deletes_in_the_middle_is_a_reason()
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(
            bed.Machine("deleted") with { Annotations = new Dictionary<string, string> { [StandInAnnotations.BootSeconds] = "10" } }, "Stopped");
        var wake = await bed.BeginAsync(machine, Wake);
        await bed.SaysAsync(wake, WakeReason.WaitingForStart);
        await bed.Cluster.Kubectl.OutputAsync(["delete", "vm", machine.Name, "-n", machine.Namespace], TestContext.Current.CancellationToken);

        Assert.Contains((await EndAsync(wake)).Reason, (WakeReason?[])[WakeReason.TargetVanished, WakeReason.TargetTerminating]);
    }

    [Fact]
    public async Task The_end_can_be_waited_for_with_kubectl()
    {
        var machine = await bed.CreateMachineAsync("awaited");
        var wake = await bed.BeginAsync(machine, Wake);
        var said = await bed.Cluster.Kubectl.OutputAsync(
            ["wait", "--for=condition=Completed", $"wakerequest/{wake.Metadata.Name}", "-n", machine.Namespace, "--timeout=60s"], TestContext.Current.CancellationToken);
        Assert.Contains("condition met", said, StringComparison.Ordinal);
    }

    private async Task<(WakePhase? Phase, WakeReason? Reason)> EndAsync(WakeRequest request) =>
        (await bed.FinishedAsync(request)).Status is { } status ? (status.Phase, status.Reason) : default;

    private Task<MachineManifest> SlowAsync(string name, string annotation) => bed.CreateMachineAsync(
        bed.Machine(name) with { RunStrategy = "Always", GracePeriodSeconds = 30, Annotations = new Dictionary<string, string> { [annotation] = "3" } }, "Running");
}
