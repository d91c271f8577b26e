using System.Diagnostics;
using KubeWol.Api;
using KubeWol.Bench.Figures;
using KubeWol.Bench.Wakes;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Bench.Broadcast;

/// <summary>What a broadcast costs the API server when many nodes hear it.</summary>
internal sealed class BroadcastSection : ISection
{
    private const int Together = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    public string Name => "broadcast";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var stage = await Stage.StartAsync(run, cancellationToken);
        await using var watches = await SharedWatches.StartAsync(stage.Cluster.AdminKubeconfig, cancellationToken);
        var agents = new List<SimulatedAgent>();
        try
        {
            foreach (var size in Catalogue.BroadcastSizes.Where(s => !run.IsQuick || s == 100))
            {
                string[] nodes = [.. Enumerable.Range(0, size).Select(i => $"node-{i}")];
                await TellAsync(stage, nodes, cancellationToken);
                await AddAsync(stage, watches, agents, nodes[agents.Count..], cancellationToken);
                await Eventually.BecomesTrueAsync("all are told", Limit, () => Task.FromResult(agents.All(a => a.Told == size && a.KnowsTheTime)), cancellationToken);
                await HearAsync(agents, Target.Make(1)[0], cancellationToken); // all code has run once
                await MeasureAsync(run.Results, stage, agents, run.Size(20, 3), cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(agents.Select(a => a.DisposeAsync().AsTask()));
        }
    }

    private static async Task MeasureAsync(Results results, Stage stage, List<SimulatedAgent> agents, int broadcasts, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetUtcNow();
        var seconds = new List<double>();
        foreach (var target in Target.Make(broadcasts))
        {
            var watch = Stopwatch.StartNew();
            await HearAsync(agents, target, cancellationToken);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        var calls = (await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken)).Where(c => c.Received >= begun && c.Resource == "wakerequests").ToList();
        results.Add($"broadcast_writes_{agents.Count}_agents", (double)calls.Count(c => c.Verb == "create") / broadcasts);
        results.Add($"broadcast_reads_{agents.Count}_agents", (double)calls.Count(c => c.Verb == "get") / broadcasts);
        results.Add($"broadcast_seconds_{agents.Count}_agents", Percentile.Of(seconds, 50));
    }

    /// <summary>Every agent hears it, and has dealt with it when this ends.</summary>
    private static Task HearAsync(List<SimulatedAgent> agents, Target target, CancellationToken cancellationToken)
    {
        foreach (var agent in agents) agent.Hear(target.Frame);
        return Eventually.BecomesTrueAsync("all is dealt with", Limit, () => Task.FromResult(agents.All(a => a.Pending == 0)), cancellationToken);
    }

    /// <summary>Starts agents as their pods would be: each with a connection and a token of its own, bound to its node.</summary>
    private static Task AddAsync(Stage stage, SharedWatches watches, List<SimulatedAgent> agents, IEnumerable<string> nodes, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        nodes,
        new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken },
        async (node, token) =>
        {
            var kubeconfig = await stage.AgentKubeconfigAsync(node, node, token);
            var agent = await SimulatedAgent.StartAsync(kubeconfig, node, watches, token);
            lock (agents) agents.Add(agent);
        });

    /// <summary>Says as the operator does on which nodes an agent is ready.</summary>
    private static async Task TellAsync(Stage stage, IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        var client = stage.Cluster.Client;
        var map = await client.GetAsync(ConfigMap.Type, AgentConfig.KeyIn(Installation.Namespace), cancellationToken);
        var data = (AgentConfig.None with { Ready = nodes }).ToData().Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!);
        if (map is null) await client.CreateAsync(ConfigMap.Type, new() { Metadata = new() { Namespace = Installation.Namespace, Name = AgentConfig.Name }, Data = data }, cancellationToken);
        else await client.ReplaceAsync(ConfigMap.Type, map with { Data = data }, cancellationToken);
    }
}
