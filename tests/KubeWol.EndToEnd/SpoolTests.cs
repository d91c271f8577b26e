using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd;

/// <summary>What is heard while nobody can be told, and by agents that die before they could. On a cluster of its own.</summary>
public sealed class SpoolTests
{
    private const int Machines = 200;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_heard_while_the_API_server_was_away_outlive_the_death_of_every_agent_and_wake_each_machine_once()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not taken down");
        await using var bed = new Bed();
        await bed.InitializeAsync();
        var machines = Enumerable.Range(0, Machines).Select(i => bed.Machine($"kept-{i}")).ToList();
        await bed.Cluster.Kubectl.ApplyAsync(string.Join("\n---\n", machines), Cancel);
        await Eventually.BecomesTrueAsync("the agents know all machines", async () =>
        {
            var known = await Task.WhenAll(bed.Agents.Select(a => a.MetricAsync("kubewol_agent_index_addresses", Cancel)));
            return known.All(n => n >= Machines);
        }, Cancel);

        await bed.Cluster.Server!.StopServerAsync(Signal.Kill, Cancel);
        using (var sender = bed.Network.Sender.Nic.OpenSender())
        {
            foreach (var machine in machines) sender.Send(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!))));
        }

        string[] nodes = [.. bed.Network.Nodes.Select(n => n.Name)];
        await Eventually.BecomesTrueAsync("every agent has all of them on disk", () => nodes.All(n => Kept(n).Count() == Machines), Cancel);
        foreach (var agent in bed.Agents) agent.Send(Signal.Kill);
        await Task.WhenAll(bed.Agents.Select(a => a.Process.Exited)).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        Assert.All(nodes, n => Assert.Equal(Machines, Kept(n).Count()));

        await bed.Cluster.Server.StartServerAsync(Cancel);
        await Task.WhenAll(bed.Network.Nodes.Select(bed.StartAgentAsync));
        await Eventually.BecomesTrueAsync("all machines run", TimeSpan.FromSeconds(60), async () =>
            (await bed.Cluster.MachinesAsync(Cancel)).Count(m => m.Metadata.Namespace == bed.Namespace && m.Status?.PrintableStatus == "Running") == Machines, Cancel);
        await Eventually.BecomesTrueAsync("nothing is left on disk", () => nodes.All(n => !Kept(n).Any()), Cancel);

        // The machines may run before the operator has said so.
        await Eventually.BecomesTrueAsync("all requests have ended", async () => (await bed.Cluster.RequestsAsync(Cancel)).All(r => r.IsFinished()), Cancel);
        var requests = await bed.Cluster.RequestsAsync(Cancel);
        Assert.Equal(Machines, requests.Count(r => r.Status?.Reason == WakeReason.Started));
        // Copies that fell on both sides of a window's boundary are two requests for a moment, of which one counts.
        Assert.All(requests.Where(r => r.Status?.Reason != WakeReason.Started), r => Assert.Equal(WakeReason.SameBroadcast, r.Status?.Reason));

        IEnumerable<string> Kept(string node) => Directory.EnumerateFiles(bed.Installation.SpoolOf(node), "wol-*").Where(f => !f.EndsWith(".tmp", StringComparison.Ordinal));
    }
}
