using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>Machines that do not fix their addresses: what is remembered of them, and who is meant.</summary>
public sealed class LedgerTests(Bed bed)
{
    private const string Ledger = "kubewol.io/last-seen-macs";
    private static readonly WakeRequestSpec Stop = new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop }, DeadlineSeconds = 60 };

    [Fact]
    public async Task A_machine_that_sleeps_is_woken_by_the_address_it_had_last()
    {
        var (machine, last) = await AsleepAsync("remembered");

        await bed.SendAsync("wakeonlan", last);

        var status = (await bed.FinishedRequestForAsync(last)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started, machine.Name), (status.Phase, status.Reason, status.VirtualMachine!.Name));
        await bed.WaitForAsync(machine, "Running");
        var now = await bed.LiveAddressAsync(machine);
        if (!bed.Cluster.IsGiven) Assert.NotEqual(last, now); // a network may give the same address again
        await NotedAsync(machine, now); // and the next wake may call it by either
        Assert.Contains(last, await NoteAsync(machine), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_takes_the_address_over_is_the_one_that_is_woken()
    {
        var (sleeper, last) = await AsleepAsync("bereft");
        var taker = await bed.CreateMachineAsync(bed.Machine("taker") with { Mac = last.ToUpperInvariant().Replace(':', '-') }, "Stopped");
        await Eventually.BecomesTrueAsync("the address is struck out", async () => await NoteAsync(sleeper) is null, TestContext.Current.CancellationToken);

        await bed.SendAsync("wakeonlan", last);

        var status = (await bed.FinishedRequestForAsync(last)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started, taker.Name), (status.Phase, status.Reason, status.VirtualMachine!.Name));
        Assert.Equal("Stopped", (await bed.MachineAsync(sleeper)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_machine_is_found_by_the_address_that_Harvester_keeps_for_it()
    {
        var mac = Bed.NextAddress().ToString();
        var machine = await bed.CreateMachineAsync(
            bed.Machine("harvested") with { Mac = null, Annotations = new Dictionary<string, string> { ["harvesterhci.io/mac-address"] = $$"""{"default":"{{mac}}"}""" } }, "Stopped");

        await bed.SendAsync("wakeonlan", mac);

        var status = (await bed.FinishedRequestForAsync(mac)).Status!;
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started, machine.Name), (status.Phase, status.Reason, status.VirtualMachine!.Name));
    }

    [Fact]
    public async Task A_damaged_note_is_written_anew_and_one_on_a_machine_with_a_fixed_address_goes()
    {
        var broken = new Dictionary<string, string> { [Ledger] = "{\"broken" };
        var machine = await bed.CreateMachineAsync(bed.Machine("damaged") with { Mac = null, RunStrategy = "Always", Annotations = broken }, "Running");
        var tidy = await bed.CreateMachineAsync(bed.Machine("tidy") with { RunStrategy = "Always", Annotations = broken }, "Running");

        await NotedAsync(machine, await bed.LiveAddressAsync(machine));
        await Eventually.BecomesTrueAsync("the note is gone", async () => await NoteAsync(tidy) is null, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("broken", await NoteAsync(machine), StringComparison.Ordinal);
    }

    /// <summary>A machine without a fixed address that ran and was put to sleep, and the address it had.</summary>
    private async Task<(MachineManifest Machine, string Last)> AsleepAsync(string name)
    {
        var machine = await bed.CreateMachineAsync(bed.Machine(name) with { Mac = null, RunStrategy = "Always" }, "Running");
        var live = await bed.LiveAddressAsync(machine);
        await NotedAsync(machine, live);
        Assert.Equal(WakeReason.Stopped, (await bed.AskAsync(machine, Stop)).Status!.Reason);
        return (machine, live);
    }

    private async Task<string?> NoteAsync(MachineManifest machine) => (await bed.MachineAsync(machine)).Metadata.Annotations?.GetValueOrDefault(Ledger);

    private Task NotedAsync(MachineManifest machine, string mac) => Eventually.BecomesTrueAsync(
        $"{mac} is noted on {machine.Name}", async () => (await NoteAsync(machine))?.Contains(mac, StringComparison.Ordinal) == true, TestContext.Current.CancellationToken);
}
