using KubeWol.Monitoring.Tests.Bed;
using KubeWol.Monitoring.Tests.Metrics;
using KubeWol.Protocol;
using KubeWol.TestCluster;

namespace KubeWol.Monitoring.Tests.Alerts;

/// <summary>From a fault of a real process to the message in somebody's chat, and to the one that says that it is over.</summary>
[Collection(Monitored.Name)]
public sealed class DeliveryTests(MonitoredBed bed)
{
    private static readonly Dictionary<string, string> OfNodeB = new() { ["namespace"] = "kubewol-system", ["pod"] = "kubewol-agent-node-b" };
    private static readonly Dictionary<string, string> OfAll = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rule_names_what_the_programs_really_export()
    {
        MonitoredBed.NeedsOwnCluster();
        var pages = await Task.WhenAll(bed.Agents.Values.Concat(bed.Operators).Select(p => p.MetricsPageAsync(Cancel)));
        var vocabulary = new Vocabulary([.. pages.Select(p => new ProgramPage(p))]);
        Assert.All(AlertRule.All, rule => Assert.Empty(vocabulary.FaultsOf(rule.Expr).Select(fault => $"{rule.Alert}: {fault}")));
    }

    [Fact]
    public async Task Nothing_fires_while_all_is_well()
    {
        MonitoredBed.NeedsOwnCluster();
        await bed.WakeAsync(await bed.CreateMachineAsync("well"));
        var quiet = 0;
        using var evaluations = new PeriodicTimer(TimeSpan.FromSeconds(1));
        await Eventually.BecomesTrueAsync("nothing has fired for five evaluations", TimeSpan.FromSeconds(60), async () =>
        {
            await evaluations.WaitForNextTickAsync(Cancel);
            quiet = (await bed.Prometheus.QueryAsync("ALERTS{alertstate=\"firing\"}", Cancel)).Count == 0 ? quiet + 1 : 0;
            return quiet == 5;
        }, Cancel);
        Assert.Equal(4, (await bed.Prometheus.QueryAsync("up == 1", Cancel)).Count);
    }

    [Fact]
    public async Task An_agent_that_is_killed()
    {
        MonitoredBed.NeedsOwnCluster();
        await bed.Agents["node-b"].Process.KillAsync(Cancel);
        var alert = await bed.Inbox.FiresAsync("KubeWolAgentDown", OfNodeB, Cancel);
        Assert.Equal("warning", (string?)alert["labels"]!["severity"]);
        Assert.StartsWith("kubewol-agent-node-b (10.", (string?)alert["annotations"]!["description"], StringComparison.Ordinal);
        Assert.EndsWith("/docs/runbooks/KubeWolAgentDown.md", (string?)alert["annotations"]!["runbook_url"], StringComparison.Ordinal);

        await bed.StartAgentAsync("node-b");
        await bed.Inbox.ResolvesAsync("KubeWolAgentDown", OfNodeB, Cancel);
    }

    [Fact]
    public async Task An_agent_that_its_kubelet_finds_not_ready()
    {
        MonitoredBed.NeedsOwnCluster();
        await bed.Installation.SayReadyAsync("node-b", false, Cancel);
        await bed.Inbox.FiresAsync("KubeWolAgentMissing", OfAll, Cancel);

        await bed.Installation.SayReadyAsync("node-b", true, Cancel);
        await bed.Inbox.ResolvesAsync("KubeWolAgentMissing", OfAll, Cancel);
    }

    [Fact]
    public async Task An_interface_that_is_switched_off()
    {
        MonitoredBed.NeedsOwnCluster();
        var nic = bed.Network.Node("node-b").Nic;
        await nic.SetUpAsync(false, Cancel);
        await bed.Inbox.FiresAsync("KubeWolCaptureNotRunning", OfNodeB, Cancel);

        await nic.SetUpAsync(true, Cancel);
        await bed.Inbox.ResolvesAsync("KubeWolCaptureNotRunning", OfNodeB, Cancel);
    }

    [Fact]
    public async Task Both_operators_that_end()
    {
        MonitoredBed.NeedsOwnCluster();
        await Task.WhenAll(bed.Operators.Select(o => o.Process.StopAsync(Cancel)));
        await bed.Inbox.FiresAsync("KubeWolNoLeader", OfAll, Cancel);

        await bed.StartOperatorsAsync();
        await bed.Inbox.ResolvesAsync("KubeWolNoLeader", OfAll, Cancel);
    }

    [Fact]
    public async Task Somebody_who_tries_commands_that_he_may_not_give()
    {
        MonitoredBed.NeedsOwnCluster();
        var machine = await bed.CreateMachineAsync("coveted");
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        var firing = bed.Inbox.FiresAsync("KubeWolCommandsRefused", new Dictionary<string, string> { ["reason"] = "BadSignature" }, Cancel);
        while (!firing.IsCompleted)
        {
            bed.SendForged(machine);
            await patience.WaitForNextTickAsync(Cancel);
        }

        await firing;
        await bed.Inbox.ResolvesAsync("KubeWolCommandsRefused", new Dictionary<string, string> { ["reason"] = "BadSignature" }, Cancel);
        Assert.NotNull(await bed.Cluster.MachineAsync(new(MonitoredBed.Namespace, machine.Name), Cancel));
    }

    [Fact]
    public async Task A_node_that_is_cut_off_from_the_API_server_and_hears_a_packet()
    {
        MonitoredBed.NeedsOwnCluster();
        var machine = await bed.CreateMachineAsync("unheard");
        var path = bed.Installation.PathFrom(bed.Network.Node("node-b"));
        path.Pause();
        try
        {
            bed.Send(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!))));
            await bed.Inbox.FiresAsync("KubeWolSpoolBacklog", OfNodeB, Cancel);
        }
        finally
        {
            path.Resume();
        }

        await bed.Inbox.ResolvesAsync("KubeWolSpoolBacklog", OfNodeB, Cancel);
    }
}
