using System.Text;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;

namespace KubeWol.Bench;

/// <summary>A cluster whose API server writes down its calls, a KubeVirt that takes no time, a node, and KubeWol's rights on it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>Where the machines are.</summary>
    public const string Machines = "bench";

    private readonly StoppedMachines _machines;

    private Stage(Cluster cluster, NodeNetwork network, Installation installation)
    {
        (Cluster, Network, Installation) = (cluster, network, installation);
        _machines = new(cluster);
    }

    public Cluster Cluster { get; }

    public ApiServer Server => Cluster.Server!;

    public NodeNetwork Network { get; }

    public Installation Installation { get; }

    public NetworkHost Node => Network.Node("node-a");

    public static async Task<Stage> StartAsync(Run run, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }) throw new TestClusterException($"{Cluster.GivenVariable} is set: figures are those of a cluster of our own");
        var cluster = await Cluster.StartAsync(["node-a"], StandInDelays.None, machineTemplates: false, audit: true, cancellationToken);
        var network = await NodeNetwork.CreateAsync(["node-a"], cancellationToken);
        var installation = await Installation.CreateAsync(cluster, cancellationToken);
        await cluster.Kubectl.OutputAsync(["create", "namespace", Machines], cancellationToken);
        await Circumstances.NoteAsync(run, cluster.Server!, cancellationToken);
        return new(cluster, network, installation);
    }

    /// <summary>Makes stopped machines, besides those that are there; returns once the API server knows them.</summary>
    public Task CreateMachinesAsync(IReadOnlyList<Target> targets, CancellationToken cancellationToken) => _machines.AddAsync(targets, cancellationToken);

    /// <summary>Waits until each of some addresses has a finished request, and returns those by address.</summary>
    public async Task<ILookup<string, WakeRequest>> FinishedAsync(IReadOnlyCollection<Target> targets, TimeSpan limit, CancellationToken cancellationToken)
    {
        ILookup<string, WakeRequest> finished = Array.Empty<WakeRequest>().ToLookup(_ => "");
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        await Eventually.BecomesTrueAsync($"{targets.Count} requests are finished", limit, async () =>
        {
            await pace.WaitForNextTickAsync(cancellationToken);
            finished = (await Cluster.RequestsAsync(cancellationToken)).Where(r => r.Status?.CompletedAt is not null).ToLookup(r => r.Spec.Target.MacAddress ?? "");
            return targets.All(t => finished.Contains(t.Mac.ToString()));
        }, cancellationToken);
        return finished;
    }

    /// <summary>For an agent as its pod would have it: with a token of its own, bound to its node.</summary>
    public async Task<string> AgentKubeconfigAsync(string pod, string node, CancellationToken cancellationToken)
    {
        const string account = "kubewol-agent";
        var manifest = $$"""{"metadata": {"name": "{{pod}}"}, "spec": {"nodeName": "{{node}}", "serviceAccountName": "{{account}}", "containers": [{"name": "agent", "image": "none"}] } }""";
        await Cluster.Client.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{Installation.Namespace}/pods", Encoding.UTF8.GetBytes(manifest), null, cancellationToken);
        return await Server.KubeconfigForServiceAccountAsync(Installation.Namespace, account, BoundTo.Pod(pod), cancellationToken);
    }

    /// <summary>For an operator.</summary>
    public Task<string> OperatorKubeconfigAsync(CancellationToken cancellationToken) =>
        Server.KubeconfigForServiceAccountAsync(Installation.Namespace, "kubewol-operator", null, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _machines.Dispose();
        await Installation.DisposeAsync();
        await Network.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}
