using System.Diagnostics;
using k8s;
using KubeWol.Agent;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.Network;

namespace KubeWol.Bench.Wakes;

/// <summary>
/// What cannot be done with less: one POST of a WakeRequest, one PUT of the start, by a client that knows everything beforehand. The request is what an agent writes, the accounts
/// are the agent's and the operator's, and the POST leaves from the node: what API server and way cost is no difference between the floor and us.
/// </summary>
internal sealed class Floor : IDisposable
{
    private const int Together = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Between two wakes, so that what goes on after the end of one (Events, caches, KubeVirt's last words) does not slow down the next: it would on one side more than on the other.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly Stage _stage;
    private readonly ClusterConnection[] _connections;
    private readonly ClusterClient _agent;
    private readonly ClusterClient _operator;
    private readonly AgentOptions _options;

    private Floor(Stage stage, ClusterConnection agent, ClusterConnection @operator)
    {
        (_stage, _connections) = (stage, [agent, @operator]);
        (_agent, _operator) = (new(agent, TimeProvider.System), new(@operator, TimeProvider.System));
        _options = new() { Namespace = Installation.Namespace, NodeName = stage.Node.Name };
    }

    /// <summary>When each machine's turn began.</summary>
    public Dictionary<string, DateTimeOffset> Begun { get; } = [];

    public static async Task<Floor> CreateAsync(Stage stage, CancellationToken cancellationToken)
    {
        await stage.Installation.AddressFromAsync(stage.Node.Namespace, cancellationToken); // which makes the way to it
        var agent = await stage.AgentKubeconfigAsync("floor", stage.Node.Name, cancellationToken);
        var floor = new Floor(stage, Open(agent, stage.Node.Namespace), ClusterConnection.Open(await stage.OperatorKubeconfigAsync(cancellationToken)));
        var warm = Target.Make(5); // connections, and code that has run
        await stage.CreateMachinesAsync(warm, cancellationToken);
        await floor.WakeAsync(warm, cancellationToken);
        return floor;
    }

    /// <summary>One after the other, each when the one before runs, as the frames come.</summary>
    public async Task WakeAsync(IEnumerable<Target> targets, CancellationToken cancellationToken)
    {
        using var machines = await RunWatch.StartAsync(_stage.Cluster.AdminKubeconfig, cancellationToken);
        foreach (var target in targets)
        {
            var runs = machines.RunsAsync(target.Name);
            Begun[target.Name] = TimeProvider.System.GetUtcNow();
            await WakeAsync(target, cancellationToken);
            await runs.WaitAsync(Limit, cancellationToken);
            await Task.Delay(Rest, cancellationToken);
        }
    }

    /// <summary>As many at once as helps; returns how long it took to start all, and until all ran, if that is to be waited for.</summary>
    public async Task<(TimeSpan Started, TimeSpan? Running)> WakeTogetherAsync(IReadOnlyCollection<Target> targets, bool untilTheyRun, CancellationToken cancellationToken)
    {
        using var machines = await RunWatch.StartAsync(_stage.Cluster.AdminKubeconfig, cancellationToken);
        var run = Task.WhenAll([.. targets.Select(t => machines.RunsAsync(t.Name))]);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(targets, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken }, async (t, token) => await WakeAsync(t, token));
        var started = watch.Elapsed;
        if (!untilTheyRun) return (started, null);
        await run.WaitAsync(Limit, cancellationToken);
        return (started, watch.Elapsed);
    }

    public void Dispose() => Array.ForEach(_connections, c => c.Dispose());

    private static ClusterConnection Open(string kubeconfig, NetworkNamespace ns)
    {
        var file = Kubeconfig.Load(kubeconfig)!;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(file);
        var transport = ClusterConnection.Transport(configuration, Kubeconfig.Authorities(file), new());
        transport.ConnectCallback = NamespaceHttp.ConnectIn(ns);
        return new(configuration, transport);
    }

    private async Task WakeAsync(Target target, CancellationToken cancellationToken)
    {
        var heard = new WakeSignal(new(target.Mac, 0), null, null, "eth0", WolTransport.Ethernet, target.Mac, null, 0, [], TimeProvider.System.GetUtcNow());
        await _agent.CreateAsync(WakeRequest.Type, RequestWriter.Request(heard, $"floor-{target.Name}", null, _options), cancellationToken);
        var start = $"/apis/subresources.kubevirt.io/v1/namespaces/{Stage.Machines}/virtualmachines/{target.Name}/start";
        await _operator.SendAsync(HttpMethod.Put, start, "{}"u8.ToArray(), null, cancellationToken);
    }
}
