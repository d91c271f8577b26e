using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;

namespace KubeWol.Monitoring.Tests.Bed;

/// <summary>
/// KubeWol on a cluster, and a real Prometheus with the chart's rules and a real Alertmanager beside it: in a machine of the LAN that scrapes the agents at their
/// nodes' addresses. What is minutes in the rules is seconds here.
/// </summary>
public sealed partial class MonitoredBed : IAsyncLifetime
{
    /// <summary>The namespace of the machines.</summary>
    public const string Namespace = "monitored";

    private const string ManagementNic = "mgmt0";
    private const int AlertmanagerPort = 9093;

    private static int s_machines;
    private readonly StateDirectory _state = new();
    private readonly Dictionary<string, IPAddress> _addresses = [];
    private readonly Dictionary<string, RunningProgram> _agents = [];
    private readonly List<RunningProgram> _operators = [];
    private readonly List<IAsyncDisposable> _parts = [];
    private NetworkHost _monitor = null!;

    internal Cluster Cluster { get; private set; } = null!;

    internal NodeNetwork Network { get; private set; } = null!;

    internal Installation Installation { get; private set; } = null!;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal AlertInbox Inbox { get; private set; } = null!;

    internal CommandSender Commands { get; } = new("monitored");

    internal IReadOnlyDictionary<string, RunningProgram> Agents => _agents;

    internal IReadOnlyList<RunningProgram> Operators => _operators;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static bool IsGiven => Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 };

    /// <summary>The chart's rules as they are in the file, with seconds for minutes.</summary>
    internal static string HastyRules(string rules) => Wait().Replace(Range().Replace(rules, "[15s]"), "for: 2s")
        .Replace("_seconds > 60", "_seconds > 3", StringComparison.Ordinal).Replace("_seconds) > 60", "_seconds) > 3", StringComparison.Ordinal);

    /// <summary>Skips the test where the cluster was given to us: it is not monitored by us, and nothing of it is killed.</summary>
    public static void NeedsOwnCluster() => Assert.SkipWhen(IsGiven, "a cluster that was given to us is not monitored by us");

    public async ValueTask InitializeAsync()
    {
        if (IsGiven) return;
        string[] nodes = ["node-a", "node-b"];
        Cluster = Own(await Cluster.StartAsync(nodes, new StandInDelays(), Cancel));
        Network = Own(await NodeNetwork.CreateAsync(nodes, Cancel));
        Installation = Own(await Installation.CreateAsync(Cluster, Cancel));
        _monitor = await Network.AddSenderAsync("monitor", Cancel);
        // A way to the agents that is still there when the one that they listen on is not.
        foreach (var host in Network.Nodes.Append(_monitor)) _addresses[host.Name] = (await host.AddNicAsync(ManagementNic, Cancel)).IPv4!;
        await Cluster.Kubectl.OutputAsync(["create", "namespace", Namespace], Cancel);
        await Cluster.Kubectl.ApplyAsync(Policy(), Cancel);
        foreach (var node in nodes) await StartAgentAsync(node);
        await StartMonitoringAsync();
        await StartOperatorsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Commands.Dispose();
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _state.Dispose();
    }

    internal async Task StartAgentAsync(string node) =>
        _agents[node] = await Installation.StartAgentAsync(Network.Node(node), ["--interface", "eth0"], waitUntilReady: true, Cancel);

    /// <summary>Starts two operators, in the place of those that were; Prometheus is told where.</summary>
    internal async Task StartOperatorsAsync()
    {
        _operators.Clear();
        for (var i = 1; i <= 2; i++)
        {
            var program = await Installation.StartOperatorAsync($"operator-{i}", [], Cancel);
            Own(NamespacePortForward.Start(_monitor.Namespace, program.Address.Port));
            _operators.Add(program);
        }

        WriteOperators();
        await Eventually.BecomesTrueAsync("an operator leads", async () => (await Task.WhenAll(_operators.Select(o => o.MetricAsync("kubewol_leader", Cancel)))).Contains(1), Cancel);
    }

    /// <summary>A stopped machine with an address of its own, which agents know of.</summary>
    internal async Task<MachineManifest> CreateMachineAsync(string name)
    {
        var machine = new MachineManifest(Namespace, name) { Mac = new MacAddress(0x5254_00e7_0000 + (ulong)Interlocked.Increment(ref s_machines)).ToString() };
        var before = await KnownAsync();
        await Cluster.ApplyAsync(machine, Cancel);
        await Eventually.BecomesTrueAsync("agents know the machine", async () => await KnownAsync() > before, Cancel);
        return machine;
    }

    /// <summary>A frame out of the sender's NIC.</summary>
    internal void Send(ReadOnlySpan<byte> frame)
    {
        using var sender = Network.Sender.Nic.OpenSender();
        sender.Send(frame);
    }

    /// <summary>Wakes a machine by a plain magic packet and waits until it runs.</summary>
    internal async Task WakeAsync(MachineManifest machine)
    {
        Send(new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!))));
        await Eventually.BecomesTrueAsync($"{machine.Name} runs", async () => (await Cluster.MachineAsync(new(Namespace, machine.Name), Cancel))?.Status?.PrintableStatus == "Running", Cancel);
    }

    /// <summary>Sends a signed command that nobody may give: the policy knows another key.</summary>
    internal void SendForged(MachineManifest machine) => Send(Commands.Frame(WakeAction.Destroy, MacAddress.Parse(machine.Mac!)));

    private static string Policy()
    {
        using var right = new CommandSender("right");
        return $$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: all, namespace: {{Namespace}} }
            spec: {verbs: [Wake], proof: None}
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: signed, namespace: {{Namespace}} }
            spec: {verbs: [Destroy], proof: Signed, signed: {keys: [{{right.Key}}]} }
            """;
    }

    private async Task<double> KnownAsync() => (await Task.WhenAll(_agents.Values.Where(a => !a.Process.HasExited).Select(a => a.MetricAsync("kubewol_agent_index_addresses", Cancel)))).Min();

    private async Task StartMonitoringAsync()
    {
        WriteOperators();
        Inbox = Own(new AlertInbox());
        Own(NamespacePortForward.Start(_monitor.Namespace, Inbox.Port));
        _state.Write("alerts.yaml", HastyRules(await File.ReadAllTextAsync(Path.Combine(RenderedChart.Folder, "files", "alerts.yaml"), Cancel)));
        var alertmanager = _state.Write("alertmanager.yaml", $$"""
            route: {receiver: webhook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
            receivers: [{name: webhook, webhook_configs: [{url: "http://127.0.0.1:{{Inbox.Port}}/", send_resolved: true}]}]
            """);
        var process = Own(_monitor.Namespace.Start(
            MonitoringPrograms.Alertmanager($"--config.file={alertmanager}", $"--storage.path={_state.File("alertmanager")}", $"--web.listen-address=127.0.0.1:{AlertmanagerPort}", "--cluster.listen-address="),
            _state.File("alertmanager.log")));
        await process.WaitForLineAsync(line => line.Contains("Listening on", StringComparison.Ordinal), TimeSpan.FromSeconds(20), Cancel);
        Prometheus = Own(await PrometheusServer.StartAsync(_monitor.Namespace, _state.Write("prometheus.yaml", Configuration()), _state, Cancel));
    }

    /// <summary>Labels are those that the Prometheus Operator gives to what a PodMonitor selects.</summary>
    private string Configuration()
    {
        var port = _agents.Values.First().Address.Port;
        var agents = Network.Nodes.Select(node => $$"""{targets: ["{{_addresses[node.Name]}}:{{port}}"], labels: {namespace: {{Installation.Namespace}}, pod: kubewol-agent-{{node.Name}}, container: agent} }""");
        return $$"""
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [alerts.yaml]
            alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:{{AlertmanagerPort}}"]}]}]}
            scrape_configs:
              - job_name: {{Installation.Namespace}}/kubewol-agent
                static_configs: [{{string.Join(", ", agents)}}]
              - job_name: {{Installation.Namespace}}/kubewol-operator
                file_sd_configs: [{files: [operators.json], refresh_interval: 1s}]
            """;
    }

    private void WriteOperators()
    {
        var groups = _operators.Select((program, i) => new
        {
            targets = (string[])[program.Address.Authority],
            labels = new Dictionary<string, string> { ["namespace"] = Installation.Namespace, ["pod"] = $"kubewol-operator-{i + 1}", ["container"] = "operator" },
        });
        var whole = _state.Write("operators.new", JsonSerializer.Serialize(groups));
        File.Move(whole, _state.File("operators.json"), overwrite: true);
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    [GeneratedRegex(@"\[\d+m\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"for: \d+m")]
    private static partial Regex Wait();
}
