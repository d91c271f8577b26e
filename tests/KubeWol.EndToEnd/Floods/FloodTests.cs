using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Floods;

/// <summary>Storms of magic packets: what they cost is bounded, and who is quiet is heard.</summary>
public sealed class FloodTests(FloodBed bed) : IClassFixture<FloodBed>
{
    private const int Frames = 40_000;
    private static readonly MacAddress Loud = new(0x02_00_00_00_10_01);
    private static int s_unknown;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_storm_of_wakes_for_machines_nobody_knows_is_stopped_at_its_sender()
    {
        NeedsOwnCluster();
        await bed.FloodAsync("unknown machines, one sender", ["--sender-burst", "2000"], 2_000, 20, Storm(_ => Loud));
    }

    [Fact]
    public async Task A_sender_that_changes_its_address_with_every_frame_is_stopped_by_the_limit_of_all()
    {
        NeedsOwnCluster();
        await bed.FloodAsync(
            "unknown machines, a new sender each", ["--sender-burst", "500", "--total-burst", "2000"], 2_000, 100, Storm(i => new(0x02_00_01_00_00_00ul + (ulong)i)));
    }

    [Fact]
    public async Task Beside_a_loud_sender_a_quiet_one_is_heard()
    {
        NeedsOwnCluster();
        // The loud one knows a machine and guesses passwords: each frame is another message.
        await WithMachinesAsync(["guessed", "quiet"], (guessed, quiet) => bed.FloodAsync(
            "a loud sender, and a quiet one", ["--sender-burst", "500", "--total-burst", "1000"], 500, 40,
            Storm(_ => Loud, i => MagicPacket.Build(guessed, BitConverter.GetBytes(i + 1))), guessed,
            async agent =>
            {
                using var now = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
                await Eventually.BecomesTrueAsync("the loud sender is refused", async () =>
                {
                    await now.WaitForNextTickAsync(Cancel);
                    return await agent.MetricAsync("kubewol_agent_frames_total{result=\"RateLimited\"}", Cancel) > 0;
                }, Cancel);
                await WakeAsync("quiet", quiet, now);
            }));
    }

    [Fact]
    public async Task A_storm_of_wakes_for_machines_nobody_has_writes_nothing_once_the_operator_has_told_which_there_are()
    {
        NeedsOwnCluster();
        await WithMachinesAsync(["known", "calm"], (known, calm) => bed.FloodAsync(
            "unknown machines, all machines told", [], 1, 10, Storm(i => new(0x02_00_01_00_00_00ul + (ulong)i)), known,
            async _ =>
            {
                using var now = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
                await WakeAsync("calm", calm, now);
            }));
    }

    private async Task WithMachinesAsync(string[] names, Func<MacAddress, MacAddress, Task> flood)
    {
        var machines = names.Select(name => new MachineManifest("default", name) { Mac = Bed.NextAddress().ToString() }).ToList();
        foreach (var machine in machines) await bed.Cluster.ApplyAsync(machine, Cancel);
        await using var @operator = await bed.Installation.StartOperatorAsync($"operator-{names[0]}", [], Cancel);
        await Eventually.BecomesTrueAsync("agents are told", async () =>
            await @operator.MetricAsync("kubewol_index_addresses", Cancel) >= machines.Count && await @operator.MetricAsync("kubewol_index_writes_total", Cancel) > 0
            && await @operator.MetricAsync("kubewol_index_lag_seconds", Cancel) == 0, Cancel);
        await flood(MacAddress.Parse(machines[0].Mac!), MacAddress.Parse(machines[1].Mac!));
    }

    /// <summary>Sends again and again, as all senders do: under such a load the kernel may lose any frame.</summary>
    private Task WakeAsync(string name, MacAddress address, PeriodicTimer now) => Eventually.BecomesTrueAsync("the machine is woken", TimeSpan.FromSeconds(60), async () =>
    {
        using var sender = bed.Network.Sender.Nic.OpenSender();
        sender.Send(new WolFrameBuilder { Source = new(0x02_00_00_00_10_02) }.Build(MagicPacket.Build(address)));
        await now.WaitForNextTickAsync(Cancel);
        return (await bed.Cluster.MachineAsync(new("default", name), Cancel))?.Status?.PrintableStatus == "Running";
    }, Cancel);

    private static void NeedsOwnCluster() => Assert.SkipWhen(
        Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not flooded");

    /// <summary>A frame for each of so many machines that nobody has.</summary>
    private static List<ReadOnlyMemory<byte>> Storm(Func<int, MacAddress> sender) =>
        Storm(sender, _ => MagicPacket.Build(new(0x52_54_01_00_00_00ul + (ulong)Interlocked.Increment(ref s_unknown))));

    private static List<ReadOnlyMemory<byte>> Storm(Func<int, MacAddress> sender, Func<int, byte[]> packet) =>
        [.. Enumerable.Range(0, Frames).Select(i => (ReadOnlyMemory<byte>)new WolFrameBuilder { Source = sender(i) }.Build(packet(i)))];
}
