using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
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

    private Target? _pattern;
    private string _document = "";
    private int _machines;

    private Stage(Cluster cluster, NodeNetwork network, Installation installation) => (Cluster, Network, Installation) = (cluster, network, installation);

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

    /// <summary>Makes stopped machines: the first by the API, all others as copies of it in the store. Returns once the API server knows them.</summary>
    public async Task CreateMachinesAsync(IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        using var store = new EtcdStore(Server.EtcdAddress);
        var copies = targets;
        if (_pattern is null)
        {
            _pattern = targets[0];
            await Cluster.ApplyAsync(new MachineManifest(Machines, _pattern.Name) { Mac = _pattern.Mac.ToString() }, cancellationToken);
            await Eventually.BecomesTrueAsync("the first machine is stopped", async () =>
                await Cluster.MachineAsync(new(Machines, _pattern.Name), cancellationToken) is { Status.PrintableStatus: "Stopped" }, cancellationToken);
            _document = await store.GetAsync(KeyOf(_pattern), cancellationToken);
            copies = [.. targets.Skip(1)];
        }

        await store.PutAsync(copies.Select(t => (KeyOf(t), Copy(t))), cancellationToken);
        _machines += targets.Count;
        await Eventually.BecomesTrueAsync($"the API server has {_machines} machines", TimeSpan.FromMinutes(5), () => HasAllAsync(cancellationToken), cancellationToken);
    }

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
        await Installation.DisposeAsync();
        await Network.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static string KeyOf(Target target) => $"/registry/{VirtualMachine.Type.Group}/virtualmachines/{Machines}/{target.Name}";

    /// <summary>Another machine like the first, with a name, an identity and an address of its own.</summary>
    private string Copy(Target target)
    {
        var uid = (string)JsonNode.Parse(_document)!["metadata"]!["uid"]!;
        return _document.Replace(uid, $"{Guid.NewGuid()}", StringComparison.Ordinal).Replace(_pattern!.Name, target.Name, StringComparison.Ordinal)
            .Replace($"{_pattern.Mac}", $"{target.Mac}", StringComparison.Ordinal);
    }

    /// <summary>Whether the API server has all machines, in its own memory too: those that were put into its store behind its back take it a while.</summary>
    private async Task<bool> HasAllAsync(CancellationToken cancellationToken)
    {
        var path = VirtualMachine.Type.Path(Machines);
        var page = JsonNode.Parse(await Cluster.Client.SendAsync(HttpMethod.Get, $"{path}?limit=1", null, null, cancellationToken))!;
        if (page["items"]!.AsArray().Count + ((long?)page["metadata"]!["remainingItemCount"] ?? 0) != _machines) return false;
        try
        {
            var known = $"fieldSelector=metadata.name={_pattern!.Name}&resourceVersionMatch=NotOlderThan&resourceVersion={page["metadata"]!["resourceVersion"]}";
            await Cluster.Client.SendAsync(HttpMethod.Get, $"{path}?{known}", null, null, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.GatewayTimeout)
        {
            return false; // "Too large resource version": it has not read so far
        }
    }
}
