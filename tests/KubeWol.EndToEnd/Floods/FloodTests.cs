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
        var machine = new MachineManifest("default", "quiet") { Mac = Bed.NextAddress().ToString() };
        await bed.Cluster.ApplyAsync(machine, Cancel);
        await using var @operator = await bed.Installation.StartOperatorAsync("operator", [], Cancel);
        var storm = Storm(_ => Loud);
        await bed.FloodAsync("a loud sender, and a quiet one", ["--sender-burst", "500", "--total-burst", "1000"], 500, 40, storm, async agent =>
        {
            using var now = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            await Eventually.BecomesTrueAsync("the loud sender is refused", async () =>
            {
                await now.WaitForNextTickAsync(Cancel);
                return await agent.MetricAsync("kubewol_agent_frames_total{result=\"RateLimited\"}", Cancel) > 0;
            }, Cancel);
            using var sender = bed.Network.Sender.Nic.OpenSender();
            await Eventually.BecomesTrueAsync("the machine is woken", TimeSpan.FromSeconds(60), async () =>
            {
                // Again, as all senders do: under such a load the kernel may lose any frame.
                sender.Send(new WolFrameBuilder { Source = new(0x02_00_00_00_10_02) }.Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!))));
                await now.WaitForNextTickAsync(Cancel);
                return (await bed.Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel))?.Status?.PrintableStatus == "Running";
            }, Cancel);
        });
    }

    private static void NeedsOwnCluster() => Assert.SkipWhen(
        Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not flooded");

    /// <summary>A frame for each of so many machines that nobody has.</summary>
    private static List<ReadOnlyMemory<byte>> Storm(Func<int, MacAddress> sender)
    {
        var frames = new List<ReadOnlyMemory<byte>>(Frames);
        for (var i = 0; i < Frames; i++) frames.Add(new WolFrameBuilder { Source = sender(i) }.Build(MagicPacket.Build(new(0x52_54_01_00_00_00ul + (ulong)Interlocked.Increment(ref s_unknown)))));
        return frames;
    }
}
