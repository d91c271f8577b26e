using System.Net;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestBed;

/// <summary>
/// KubeWol on a cluster: CRDs, service accounts and rights from the chart; agents in the nodes' namespaces and operators as processes, each with
/// the rights of its service account, and the agents with no capability but NET_RAW, as the chart has it.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    /// <summary>The namespace it is installed in.</summary>
    public const string Namespace = "kubewol-system";

    private static readonly string[] Workloads = ["Deployment", "DaemonSet"];

    private const int AgentPort = 9842;
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly Cluster _cluster;
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly Dictionary<string, Uri> _forwarded = [];

    private Installation(Cluster cluster, RenderedChart chart) => (_cluster, Chart) = (cluster, chart);

    /// <summary>What is installed.</summary>
    public RenderedChart Chart { get; }

    /// <summary>Installs everything of the chart but the workloads, which need a kubelet and images.</summary>
    public static async Task<Installation> CreateAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        // Where a kubelet is, it would run the pods that the agents' tokens are bound to here: there, they are bound to none.
        var chart = await RenderedChart.RenderAsync(cluster.Helm, cluster.IsGiven ? ["admissionPolicies.requireNodeClaim=false"] : [], cancellationToken);
        var created = await cluster.Kubectl.RunAsync(["create", "namespace", Namespace], cancellationToken);
        if (!created.Succeeded)
        {
            throw new TestClusterException(created.Error.Contains("AlreadyExists", StringComparison.Ordinal)
                ? $"{cluster.Address} has a namespace {Namespace}: uninstall KubeWol there first, the tests would take it apart"
                : $"cannot install KubeWol at {cluster.Address}: {created.Error}");
        }

        await cluster.Kubectl.ApplyAsync(chart.Without(Workloads), cancellationToken);
        await cluster.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakerequests.kubewol.io", "--timeout=30s"], cancellationToken);
        return new Installation(cluster, chart);
    }

    /// <summary>Starts an operator and waits until it is ready.</summary>
    public async Task<RunningProgram> StartOperatorAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var kubeconfig = await _cluster.KubeconfigForAsync(Namespace, "kubewol-operator", pod: null, _cluster.Address, cancellationToken);
        var port = LoopbackPorts.Pick();
        var process = ChildProcess.Start(
            new ProcessSpec(Programs.Operator, ["--kubeconfig", kubeconfig, "--listen", $"127.0.0.1:{port}", "--log-format", "text", .. arguments])
            {
                Name = name,
                Environment = Clean,
            },
            _cluster.LogFile($"{name}.log"));
        return await ReadyAsync(new RunningProgram(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") }), cancellationToken);
    }

    /// <summary>Starts a node's agent; waits until it is listening, unless told not to.</summary>
    public async Task<RunningProgram> StartAgentAsync(NetworkHost node, IReadOnlyList<string> arguments, bool waitUntilReady, CancellationToken cancellationToken)
    {
        var address = await ReachableAsync(node.Namespace, cancellationToken);
        var kubeconfig = await _cluster.KubeconfigForAsync(Namespace, "kubewol-agent", await PodAsync(node.Name, cancellationToken), address, cancellationToken);
        var name = $"agent-{node.Name}";
        var process = node.Namespace.Start(
            Confined(Programs.Agent, ["--kubeconfig", kubeconfig, "--node-name", node.Name, "--listen", $"127.0.0.1:{AgentPort}", "--log-format", "text", .. arguments], name),
            _cluster.LogFile($"{name}.log"));
        var program = new RunningProgram(process, new HttpClient(NamespaceHttp.CreateHandler(node.Namespace)) { BaseAddress = new Uri($"http://127.0.0.1:{AgentPort}") });
        if (waitUntilReady) return await ReadyAsync(program, cancellationToken);
        _parts.Add(program);
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        // A cluster that was given to us is left as it was.
        if (!_cluster.IsGiven) return;
        await _cluster.Kubectl.RunAsync(["delete", "--ignore-not-found", "--wait=false", "-f", "-"], Chart.Without(Workloads), CancellationToken.None);
        await _cluster.Kubectl.RunAsync(["delete", "namespace", Namespace, "--wait=false"], CancellationToken.None);
    }

    /// <summary>The pod that the DaemonSet has on a node, which the agent's token is bound to; null where a kubelet would run it.</summary>
    private async Task<string?> PodAsync(string node, CancellationToken cancellationToken)
    {
        if (_cluster.IsGiven) return null;
        var name = $"kubewol-agent-{node}";
        var template = Chart.Find("DaemonSet", "kubewol-agent")["spec"]!["template"]!.DeepClone();
        template["apiVersion"] = "v1";
        template["kind"] = "Pod";
        template["metadata"]!["name"] = name;
        template["metadata"]!["namespace"] = Namespace;
        template["spec"]!["nodeName"] = node;
        await _cluster.Kubectl.ApplyAsync(template.ToJsonString(), cancellationToken);
        return name;
    }

    /// <summary>uid 0 with everything dropped but NET_RAW and no way to more: runAsUser, capabilities and allowPrivilegeEscalation of the chart.</summary>
    private static ProcessSpec Confined(string program, IReadOnlyList<string> arguments, string name) =>
        new("setpriv", ["--no-new-privs", "--bounding-set=-all,+net_raw", "--inh-caps=-all", program, .. arguments]) { Name = name, Environment = Clean };

    /// <summary>Nothing of the developer's own configuration.</summary>
    private static Dictionary<string, string?> Clean => new() { ["KUBECONFIG"] = null, ["POD_NAMESPACE"] = Namespace, ["DOTNET_EnableDiagnostics"] = "0" };

    /// <summary>The API server's address as seen from inside a namespace: a loopback port there that leads to it.</summary>
    private async Task<Uri> ReachableAsync(NetworkNamespace ns, CancellationToken cancellationToken)
    {
        if (_forwarded.TryGetValue(ns.Name, out var known)) return known;
        if (!_cluster.IsGiven)
        {
            _parts.Add(NamespacePortForward.Start(ns, _cluster.Address.Port));
            return _forwarded[ns.Name] = _cluster.Address;
        }

        var addresses = await Dns.GetHostAddressesAsync(_cluster.Address.Host, cancellationToken);
        var port = LoopbackPorts.Pick();
        _parts.Add(NamespacePortForward.Start(ns, port, new IPEndPoint(addresses[0], _cluster.Address.Port)));
        return _forwarded[ns.Name] = new Uri($"https://127.0.0.1:{port}");
    }

    private async Task<RunningProgram> ReadyAsync(RunningProgram program, CancellationToken cancellationToken)
    {
        _parts.Add(program);
        await program.WaitUntilReadyAsync(StartTime, cancellationToken);
        return program;
    }
}
