using System.Globalization;
using System.Text;
using System.Text.Json;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;

namespace KubeWol.Agent.Tests.Genuine;

/// <summary>Many agents before a genuine API server, and nobody who carries their requests out.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly ApiServer _server;
    private readonly ClusterConnection _connection;
    private readonly ClusterClient _client;

    private Fleet(ApiServer server)
    {
        _server = server;
        _connection = ClusterConnection.Open(server.AdminKubeconfig);
        _client = new(_connection, TimeProvider.System);
    }

    public IReadOnlyList<SimulatedAgent> Agents { get; private set; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="agents">How many.</param>
    /// <param name="mostAhead">How wrong their clocks may be, either way.</param>
    /// <param name="areTold">Whether they are told of each other.</param>
    public static async Task<Fleet> StartAsync(int agents, TimeSpan mostAhead, bool areTold)
    {
        var fleet = new Fleet(await ApiServer.StartAsync(Cancel));
        await fleet._server.Kubectl.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "crds/kubewol.io_wakerequests.yaml"), Cancel), Cancel);
        await fleet._server.Kubectl.OutputAsync(["create", "namespace", "kubewol-system"], Cancel);
        await fleet._server.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakerequests.kubewol.io", "--timeout=30s"], Cancel);
        string[] nodes = [.. Enumerable.Range(0, agents).Select(i => $"node-{i:000}")];
        if (areTold) await fleet.TellAsync(nodes);
        var random = new Random(5);
        fleet.Agents = await Task.WhenAll(nodes.Select(n => SimulatedAgent.StartAsync(fleet._connection, n, (2 * random.NextDouble() - 1) * mostAhead, Cancel)));
        if (areTold) await Eventually.BecomesTrueAsync("all are told", () => fleet.Agents.All(a => a.Ranking.Count == agents), Cancel);
        // Each asks until it knows to 0.4 s, which takes longer where answers are slow.
        await Eventually.BecomesTrueAsync("all know the API server's time", TimeSpan.FromSeconds(90), () => Task.FromResult(fleet.Agents.All(a => a.Clock.IsKnown)), Cancel);
        return fleet;
    }

    /// <summary>Says as the operator does on which nodes an agent is ready.</summary>
    public Task TellAsync(IReadOnlyList<string> nodes) => _client.CreateAsync(
        ConfigMap.Type,
        new()
        {
            Metadata = new() { Namespace = "kubewol-system", Name = AgentConfig.Name },
            Data = new AgentConfig(null, Distinguished.Nothing, null) { Ready = nodes }.ToData().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!),
        },
        Cancel);

    /// <summary>A broadcast for each of some machines, every copy heard within 50 ms at a window's boundary or next to it; waits until all is dealt with.</summary>
    public async Task BroadcastAsync(IEnumerable<MacAddress> targets, IReadOnlyList<SimulatedAgent> hearers)
    {
        var random = new Random(6);
        foreach (var target in targets)
        {
            var frame = Formats.Frame("IPv4", target);
            var now = TimeProvider.System.GetUtcNow();
            // Clocks are put right to some hundred milliseconds: somewhere here is what they take for the boundary.
            var near = now.AddTicks(-(now.UtcTicks % RequestName.Window.Ticks)).AddMilliseconds(800 * random.NextDouble() - 400);
            foreach (var agent in hearers) agent.Hear(frame, near.AddMilliseconds(50 * random.NextDouble()));
        }

        await Eventually.BecomesTrueAsync("all is dealt with", () => Agents.All(a => a.Pending == 0), Cancel);
    }

    /// <summary>All requests there are for some machines.</summary>
    public async Task<ILookup<string, WakeRequest>> RequestsAsync()
    {
        using var list = JsonDocument.Parse(await _client.SendAsync(HttpMethod.Get, WakeRequest.Type.Path("kubewol-system"), null, null, Cancel));
        return list.RootElement.GetProperty("items").EnumerateArray().Select(i => i.Deserialize(ApiJson.Default.WakeRequest)!).ToLookup(r => r.Spec.Target.MacAddress!);
    }

    /// <summary>How often the API server was asked for WakeRequests with a verb since it was started, whatever it said.</summary>
    public async Task<int> CallsAsync(string verb)
    {
        var page = Encoding.UTF8.GetString(await _client.SendAsync(HttpMethod.Get, "/metrics", null, null, Cancel));
        return (int)page.Split('\n')
            .Where(l => l.StartsWith("apiserver_request_total{", StringComparison.Ordinal) && l.Contains("resource=\"wakerequests\"", StringComparison.Ordinal) && l.Contains($"verb=\"{verb}\"", StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Agents.Select(a => a.DisposeAsync().AsTask()));
        _connection.Dispose();
        await _server.DisposeAsync();
    }
}
