using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd;

/// <summary>Frames that three nodes hear, whose clocks are wrong by half a minute, and one of which dies.</summary>
public sealed class BroadcastTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_the_clocks_say_and_whoever_is_dead_a_broadcast_has_one_effect()
    {
        Assert.SkipUnless(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Cluster.GivenVariable)), "pods of a given cluster are its own");
        await using var bed = new Bed { ClocksAhead = new Dictionary<string, int> { ["node-a"] = -30, ["node-c"] = 30 } };
        await bed.InitializeAsync();
        await Eventually.BecomesTrueAsync("agents are told of each other", async () => string.Join(' ', (await ToldAsync(bed)).Ready) == "node-a node-b node-c", Cancel);
        for (var i = 0; i < 3; i++)
            Assert.InRange(await bed.Agents[i].MetricAsync("kubewol_agent_clock_offset_seconds", Cancel), 30 - 30 * i - 0.6, 30 - 30 * i + 0.6);

        // A frame every 25 ms, from before a window's end till after.
        var machines = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => bed.CreateMachineAsync($"boundary-{i}")));
        var boundary = new DateTimeOffset((DateTimeOffset.UtcNow.UtcTicks / Window.Ticks + 2) * Window.Ticks, TimeSpan.Zero);
        for (var i = 0; i < machines.Length; i++)
        {
            var at = boundary.AddMilliseconds(25 * (i - 12));
            await Eventually.BecomesTrueAsync("it is time for the next", () => DateTimeOffset.UtcNow >= at, Cancel);
            bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(machines[i].Mac!))));
        }

        var copies = 0;
        for (var i = 0; i < machines.Length; i++)
        {
            var counts = Assert.Single(await CountingAsync(bed, machines[i].Mac!));
            Assert.Equal(WakeReason.Started, counts.Status!.Reason);
            Assert.InRange((counts.Spec.Frame!.CapturedAt!.Value - boundary.AddMilliseconds(25 * (i - 12))).TotalSeconds, -0.6, 5);
            copies += (await bed.RequestsForAsync(machines[i].Mac!)).Count - 1;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{copies} copies of {machines.Length} broadcasts had to be told apart by the operator");

        // A node dies, and for a while nobody knows.
        await bed.Agents[0].Process.KillAsync(Cancel);
        var later = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bed.CreateMachineAsync($"takeover-{i}")));
        foreach (var machine in later) bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!))));
        foreach (var machine in later) Assert.Equal(WakeReason.Started, Assert.Single(await CountingAsync(bed, machine.Mac!)).Status!.Reason);
        // Who was merely slow before was taken over, too, and is perhaps passed over since: then nobody has to wait for it.
        var takeovers = await bed.Agents[1].MetricAsync("kubewol_agent_takeovers_total", Cancel) + await bed.Agents[2].MetricAsync("kubewol_agent_takeovers_total", Cancel);
        Assert.InRange(takeovers, 1, machines.Length + copies + later.Length);

        // Its kubelet's silence makes the pod unready, and the others are told.
        await bed.Installation.SayReadyAsync("node-a", false, Cancel);
        await Eventually.BecomesTrueAsync("agents are told", async () => string.Join(' ', (await ToldAsync(bed)).Ready) == "node-b node-c", Cancel);
    }

    /// <summary>The requests for an address, once all are finished, but for those that the operator knew for copies.</summary>
    private static async Task<IReadOnlyList<WakeRequest>> CountingAsync(Bed bed, string mac) =>
        [.. (await bed.FinishedRequestsForAsync(mac)).Where(r => r.Status!.Reason != WakeReason.SameBroadcast)];

    private static async Task<AgentConfig> ToldAsync(Bed bed) =>
        AgentConfig.Of(await bed.Cluster.Client.GetAsync(ConfigMap.Type, new(Installation.Namespace, AgentConfig.Name), Cancel));
}
