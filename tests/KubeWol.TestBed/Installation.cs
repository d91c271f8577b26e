using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using KubeWol.TestBed.Containers;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestBed;

/// <summary>
/// KubeWol on a cluster: CRDs, service accounts and rights from the chart; agents in the nodes' namespaces and operators, each a container as the chart's
/// pods have it, with the rights of its service account.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    /// <summary>The namespace it is installed in.</summary>
    public const string Namespace = "kubewol-system";

    private static readonly string[] Workloads = ["Deployment", "DaemonSet"];

    private const string AgentPodPrefix = "kubewol-agent-";
    private const string ServiceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(3); // with a hundred thousand machines to read first

    private readonly Cluster _cluster;
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly Dictionary<(string Namespace, Uri Server), Uri> _forwarded = [];
    private readonly Dictionary<string, NamespacePortForward> _paths = [];
    private readonly ConcurrentDictionary<string, string> _credentials = [];
    private int _containers;

    private Installation(Cluster cluster, RenderedChart chart) => (_cluster, Chart, Server) = (cluster, chart, cluster.Address);

    /// <summary>Where the programs that are started from now on find the API server; a proxy in front of it, for instance.</summary>
    public Uri Server { get; set; }

    /// <summary>What is installed.</summary>
    public RenderedChart Chart { get; }

    /// <summary>The root file system of agents that are started from now on; null is this machine's.</summary>
    public ContainerImage? AgentImage { get; set; }

    /// <summary>Likewise of operators.</summary>
    public ContainerImage? OperatorImage { get; set; }

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

    /// <summary>What helm has installed, as the release "kubewol"; nobody else runs the workloads of it.</summary>
    public static async Task<Installation> OfReleaseAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakerequests.kubewol.io", "--timeout=30s"], cancellationToken);
        return new Installation(cluster, RenderedChart.Parse(await cluster.Helm.OutputAsync(["get", "manifest", "kubewol", "--namespace", Namespace], cancellationToken)));
    }

    /// <summary>Starts an operator and waits until it is ready.</summary>
    /// <param name="name">What its log is called.</param>
    /// <param name="arguments">More of its options, or others than the chart's.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public async Task<RunningProgram> StartOperatorAsync(string name, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        // The API server is on the machine's own loopback, and so are the operators, where pods of a cluster have a network of their own.
        var listen = new Uri($"http://127.0.0.1:{LoopbackPorts.Pick()}");
        var container = new ContainerSpec(name, Template("Deployment", "kubewol-operator"), []) { Program = Programs.Operator, ImageUser = 65532, Image = OperatorImage };
        var process = await StartAsync(container, "kubewol-operator", null, Server, ["--listen", listen.Authority, .. arguments], cancellationToken);
        return await ReadyAsync(new RunningProgram(process, new HttpClient { BaseAddress = listen }), cancellationToken);
    }

    /// <summary>Starts a node's agent; waits until it is listening, unless told not to. With --clock-offset it is one on a node whose clock is wrong.</summary>
    public async Task<RunningProgram> StartAgentAsync(NetworkHost node, IReadOnlyList<string> arguments, bool waitUntilReady, CancellationToken cancellationToken)
    {
        var address = await AddressFromAsync(node.Namespace, cancellationToken);
        var container = new ContainerSpec($"agent-{node.Name}", Template("DaemonSet", "kubewol-agent"), [])
        {
            Program = arguments.Contains("--clock-offset") ? Programs.SkewedAgent : Programs.Agent, Node = node.Name, NetworkNamespace = node.Namespace.Name,
            Volumes = Volumes(node.Name), Image = AgentImage,
        };
        var process = await StartAsync(container, "kubewol-agent", PodOf(node), address, arguments, cancellationToken);
        var port = (int)container.Pod["spec"]!["containers"]![0]!["ports"]!.AsArray().Single(p => (string?)p!["name"] == "metrics")!["containerPort"]!;
        var program = new RunningProgram(process, new HttpClient(NamespaceHttp.CreateHandler(node.Namespace)) { BaseAddress = new Uri($"http://127.0.0.1:{port}") });
        if (!waitUntilReady) return Own(program);
        await ReadyAsync(program, cancellationToken);
        await SayReadyAsync(node.Name, true, cancellationToken);
        return program;
    }

    /// <summary>Says of a node's agent what a kubelet would say that asked its probe.</summary>
    public async Task SayReadyAsync(string node, bool isReady, CancellationToken cancellationToken)
    {
        if (_cluster.IsGiven) return;
        var status = $$"""{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"{{isReady}}"} ] } }""";
        await _cluster.Kubectl.OutputAsync(["patch", "pod", $"kubewol-agent-{node}", "-n", Namespace, "--subresource=status", "--type=merge", "-p", status], cancellationToken);
    }

    /// <summary>The API server's address as seen from inside a namespace: a loopback port there that leads to it.</summary>
    public async Task<Uri> AddressFromAsync(NetworkNamespace ns, CancellationToken cancellationToken)
    {
        var server = Server;
        if (_forwarded.TryGetValue((ns.Name, server), out var known)) return known;
        if (!_cluster.IsGiven)
        {
            Own(_paths[ns.Name] = NamespacePortForward.Start(ns, server.Port));
            return _forwarded[(ns.Name, server)] = server;
        }

        var addresses = await Dns.GetHostAddressesAsync(server.Host, cancellationToken);
        var port = LoopbackPorts.Pick();
        Own(NamespacePortForward.Start(ns, port, new IPEndPoint(addresses[0], server.Port)));
        return _forwarded[(ns.Name, server)] = new Uri($"https://127.0.0.1:{port}");
    }

    /// <summary>Runs another program in the place of a node's agent, to its end: what may it do?</summary>
    public Task<CommandResult> RunInsteadOfAgentAsync(NetworkHost node, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var container = new ContainerSpec("instead", Template("DaemonSet", "kubewol-agent"), command)
        {
            Program = Path.GetDirectoryName(Programs.Agent)!, Node = node.Name, NetworkNamespace = node.Namespace.Name, Volumes = Volumes("instead"),
        };
        return Command.RunAsync(ContainerBundle.Create(container, NewFolder(container.Name)), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        // A cluster that was given to us is left as it was.
        if (!_cluster.IsGiven) return;
        await _cluster.Kubectl.RunAsync(["delete", "--ignore-not-found", "--wait=false", "-f", "-"], Chart.Without(Workloads), CancellationToken.None);
        await _cluster.Kubectl.RunAsync(["delete", "namespace", Namespace, "--wait=false"], CancellationToken.None);
    }

    /// <summary>The way from a node to the API server; only once its agent was started, and where the server is ours.</summary>
    public NamespacePortForward PathFrom(NetworkHost node) => _paths[node.Namespace.Name];

    /// <summary>Gives a node's agent another token, and takes the one it had back: its pod is another one now. The agent is not told.</summary>
    public async Task RotateTokenAsync(NetworkHost node, CancellationToken cancellationToken)
    {
        var pod = PodOf(node)!;
        await _cluster.Kubectl.OutputAsync(["delete", "pod", pod, "-n", Namespace, "--grace-period=0", "--force", "--ignore-not-found"], cancellationToken);
        var token = await TokenAsync("kubewol-agent", pod, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_credentials[pod], "token"), token, cancellationToken);
    }

    /// <summary>The pod that the DaemonSet has on a node, which the agent's token is bound to; null where a kubelet would run it.</summary>
    private string? PodOf(NetworkHost node) => _cluster.IsGiven ? null : $"{AgentPodPrefix}{node.Name}";

    private async Task<string> TokenAsync(string account, string? pod, CancellationToken cancellationToken)
    {
        if (pod is not null) await CreatePodAsync(pod, cancellationToken);
        return await _cluster.TokenAsync(Namespace, account, pod, cancellationToken);
    }

    private async Task CreatePodAsync(string name, CancellationToken cancellationToken)
    {
        var template = Chart.Find("DaemonSet", "kubewol-agent")["spec"]!["template"]!.DeepClone();
        template["apiVersion"] = "v1";
        template["kind"] = "Pod";
        template["metadata"]!["name"] = name;
        template["metadata"]!["namespace"] = Namespace;
        template["spec"]!["nodeName"] = name[AgentPodPrefix.Length..];
        await _cluster.Kubectl.ApplyAsync(template.ToJsonString(), cancellationToken);
    }

    /// <summary>Where the messages that a node's agent keeps are; like an emptyDir it outlives the container.</summary>
    public string SpoolOf(string node) => Volumes(node)["spool"];

    private Dictionary<string, string> Volumes(string node) => new() { ["spool"] = Directory.CreateDirectory(_cluster.LogFile($"spool-{node}")).FullName };

    private JsonObject Template(string kind, string name) => Chart.Find(kind, name)["spec"]!["template"]!.AsObject();

    /// <summary>For a container; its name is the container's, which is one among all of this machine.</summary>
    private string NewFolder(string name) => Directory.CreateDirectory(_cluster.LogFile($"{name}-{Interlocked.Increment(ref _containers)}")).FullName;

    /// <summary>Runs a program as its pod does, with the chart's options, those here, and the credentials of its service account.</summary>
    private async Task<ContainerProcess> StartAsync(
        ContainerSpec container, string account, string? pod, Uri address, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var folder = NewFolder(container.Name);
        // A kubelet that starts a container again gives it what the pod has already, and asks nobody.
        var place = pod ?? container.Name;
        var credentials = _credentials.GetValueOrDefault(place) ?? (_credentials[place] = await WriteCredentialsAsync(container.Name, account, pod, address, cancellationToken));
        var options = container.Pod["spec"]!["containers"]![0]!["args"]!.AsArray().Select(a => (string)a!).Where(a => !arguments.Contains(a.Split('=')[0]));
        // Its name is not that of the loopback port that leads to it: only a kubeconfig can say so.
        string[] common = [.. _cluster.IsGiven ? ["--kubeconfig", $"{ServiceAccountFolder}/kubeconfig"] : (string[])[], "--log-format", "text"];
        return ContainerProcess.Start(
            container with
            {
                Program = Path.GetDirectoryName(container.Program)!,
                Arguments = [.. container.Image?.EntryPoint ?? ContainerBundle.Run(container.Program), .. options, .. common, .. arguments],
                Mounts = new Dictionary<string, string> { [ServiceAccountFolder] = credentials },
                Environment = new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = address.Host, ["KUBERNETES_SERVICE_PORT"] = $"{address.Port}" },
            },
            folder,
            _cluster.LogFile($"{container.Name}.log"));
    }

    /// <returns>The folder that the container has at <see cref="ServiceAccountFolder"/>.</returns>
    private async Task<string> WriteCredentialsAsync(string name, string account, string? pod, Uri address, CancellationToken cancellationToken)
    {
        if (_cluster.IsGiven)
        {
            var kubeconfig = await _cluster.KubeconfigForAsync(Namespace, account, pod, address, cancellationToken);
            var given = NewFolder($"{name}-credentials");
            File.Copy(kubeconfig, Path.Combine(given, "kubeconfig"));
            return given;
        }

        var token = await TokenAsync(account, pod, cancellationToken);
        var folder = NewFolder($"{name}-credentials");
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), token, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.crt"), _cluster.Authority, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "namespace"), Namespace, cancellationToken);
        return folder;
    }

    /// <summary>Programs may be started side by side.</summary>
    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        lock (_parts) _parts.Add(part);
        return part;
    }

    private async Task<RunningProgram> ReadyAsync(RunningProgram program, CancellationToken cancellationToken)
    {
        Own(program);
        await program.WaitUntilReadyAsync(StartTime, cancellationToken);
        return program;
    }
}
