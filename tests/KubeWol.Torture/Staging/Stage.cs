using KubeWol.FaultProxy;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.Torture.Planning;

namespace KubeWol.Torture.Staging;

/// <summary>Everything a run plays on: a cluster whose programs reach the API server by a proxy that can fail, a LAN, machines. Disposing of it leaves nothing behind but logs that are worth reading.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>The namespace of the machines.</summary>
    public const string Team = "torture";

    /// <summary>The node whose clock is wrong.</summary>
    private const string SkewedNode = "node-d";

    private static readonly string[] Nodes = ["node-a", "node-b", "node-c", SkewedNode];

    private static readonly string[] OperatorArguments =
    [
        .. Traffic.Ports.Select(p => $"--{p.Key.ToString().ToLowerInvariant()}-port={p.Value}"), "--default-verbs", "Wake", "--default-rate-per-machine", "0", "--log-level", "Debug",
    ];

    private static readonly string[] AgentArguments = ["--interface", "eth*", "--ports", $"7,9,{string.Join(',', Traffic.Ports.Values)}", "--reversed-macs", "--log-level", "Debug"];

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly CancellationTokenSource _over = new();
    private Task _kubelets = Task.CompletedTask;

    public RunClock Clock { get; } = new();

    public AgentCounts Counts { get; } = new();

    /// <summary>Signs what may be destroyed.</summary>
    public CommandSender Commands { get; } = new("torture");

    /// <summary>Signs with a key that no policy knows.</summary>
    public CommandSender Stranger { get; } = new("torture");

    public Cluster Cluster { get; private set; } = null!;

    public StoreRecorder Recorder { get; private set; } = null!;

    public ApiProxy Proxy { get; private set; } = null!;

    public Installation Installation { get; private set; } = null!;

    public IReadOnlyList<NodeAgent> Agents { get; private set; } = [];

    public IReadOnlyList<NetworkHost> Senders { get; private set; } = [];

    public Replicas Operators { get; private set; } = null!;

    /// <param name="told">Is told what has been set up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Stage> SetAsync(Action<string> told, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) throw new TestClusterException("network namespaces and raw frames need root: run it as root");
        if (Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }) throw new TestClusterException($"a cluster that was given to us ({Cluster.GivenVariable}) is not tortured");
        var stage = new Stage();
        try
        {
            await stage.BuildAsync(told, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _kubelets;
        foreach (var part in Enumerable.Reverse(_parts)) await part.DisposeAsync();
        _over.Dispose();
        foreach (var agent in Agents) agent.Dispose();
        Commands.Dispose();
        Stranger.Dispose();
    }

    private async Task BuildAsync(Action<string> told, CancellationToken cancellationToken)
    {
        Cluster = Own(await Cluster.StartAsync(Nodes, new StandInDelays { CrashLoopBackOff = TimeSpan.FromSeconds(1) }, machineTemplates: false, audit: true, cancellationToken));
        Recorder = Own(new StoreRecorder(Cluster.Server!.EtcdAddress, Cluster.LogFile("store.log")));
        Proxy = Own(await ApiProxy.StartAsync(Cluster.Address, Cluster.Server.Authority, cancellationToken));
        told($"Kubernetes at {Cluster.Address} with a stand-in for KubeVirt, a proxy before it that can fail, {Cluster.LogFile("")} for logs");
        var network = Own(await NodeNetwork.CreateAsync(Nodes, cancellationToken));
        var senders = new List<NetworkHost> { network.Sender };
        while (senders.Count < Traffic.Senders) senders.Add(await network.AddSenderAsync($"sender-{senders.Count + 1}", cancellationToken));
        Senders = senders;
        Installation = Own(await Installation.CreateAsync(Cluster, cancellationToken));
        Installation.Server = Proxy.Address;
        await Cluster.Kubectl.OutputAsync(["create", "namespace", Team], cancellationToken);
        await Cluster.Kubectl.ApplyAsync(Manifests.Policies(Commands), cancellationToken);
        told($"a LAN with {Nodes.Length} nodes and {Senders.Count} senders, KubeWol's chart, policies and templates");

        Agents = [.. network.Nodes.Select(n => new NodeAgent(Installation, n, [.. AgentArguments, .. n.Name == SkewedNode ? ["--clock-offset", "30"] : (string[])[]], Clock, Counts))];
        var operators = await Task.WhenAll(StartOperatorAsync("operator-1", cancellationToken), StartOperatorAsync("operator-2", cancellationToken));
        Operators = Own(new Replicas(operators, StartOperatorAsync));
        await Task.WhenAll(Agents.Select(a => a.StartAsync(cancellationToken)));
        told($"{operators.Length} operators, {Agents.Count} agents, one of them on a node whose clock is 30 s ahead");

        await Task.WhenAll(Manifests.Machines().Select(m => Cluster.ApplyAsync(m, cancellationToken)));
        await Eventually.BecomesTrueAsync("every machine is at rest", TimeSpan.FromSeconds(60), async () => await AreMachinesAtRestAsync(cancellationToken) is null, cancellationToken);
        foreach (var agent in Agents) await agent.Current.WaitUntilReadyAsync(TimeSpan.FromSeconds(30), cancellationToken);
        _kubelets = Task.WhenAll(Agents.Select(a => a.ProbeAsync(_over.Token)));
        told($"{Cast.Members.Count(m => !m.IsMade)} machines, and {Cast.Members.Count(m => m.IsMade)} addresses for which more can be made");
    }

    /// <summary>Null when all machines are at rest, else those that are not.</summary>
    public async Task<string?> AreMachinesAtRestAsync(CancellationToken cancellationToken)
    {
        var restless = (await Cluster.MachinesAsync(cancellationToken)).Where(m => m.Status?.PrintableStatus is not ("Running" or "Paused" or "Stopped") || m.Metadata.DeletionTimestamp is not null).ToList();
        return restless.Count == 0 ? null : string.Join(", ", restless.Select(m => $"{m.Metadata.Name} {m.Status?.PrintableStatus}"));
    }

    private Task<RunningProgram> StartOperatorAsync(string name, CancellationToken cancellationToken) => Installation.StartOperatorAsync(name, OperatorArguments, cancellationToken);

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
