using System.Collections.Concurrent;
using KubeWol.Api;
using KubeWol.Cli.Agents;
using KubeWol.Cli.Explaining;
using KubeWol.Operator.Page;

namespace KubeWol.Cli.Doctor;

/// <summary>Whether an agent listens on every node, on which interfaces, and whether it loses frames.</summary>
internal static class AgentCheck
{
    private const int AtOnce = 16;
    private const int ShownOneByOne = 10;

    public static async Task<IReadOnlyList<Finding>> LookAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var pods = await AgentPod.ListAsync(session, cancellationToken).ConfigureAwait(false);
        if (pods.Count == 0) return [Finding.Bad($"there are no agents in namespace {session.System}: nobody hears frames", $"Try: kubectl get daemonsets -n {session.System} -l {InstalledOptions.Labels("agent")}")];

        var (nodes, sight) = await session.ListAsync(Node.Type, cancellationToken).ConfigureAwait(false);
        var without = sight == Sight.All ? nodes.Select(n => n.Metadata.Name).Except(pods.Select(p => p.Node)).ToList() : [];
        var pages = new ConcurrentDictionary<AgentPod, Finding>();
        await Parallel.ForEachAsync(pods, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (pod, cancel) =>
            pages[pod] = await LookAtAsync(session, pod, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        var told = pods.Select(p => pages[p]).Where(f => pods.Count <= ShownOneByOne || f.Level != Level.Good);
        return
        [
            without.Count == 0
                ? Finding.Good($"{pods.Count} agents, {(sight == Sight.All ? "one on each node" : "on nodes that you may not list")}")
                : Finding.Warning($"{without.Count} of {nodes.Count} nodes have no agent: {string.Join(", ", without.Take(ShownOneByOne))}{(without.Count > ShownOneByOne ? " …" : "")}", "Frames that only these nodes hear are lost: see agent.nodeSelector and agent.tolerations of the chart."),
            .. told,
        ];
    }

    private static async Task<Finding> LookAtAsync(ClusterSession session, AgentPod pod, CancellationToken cancellationToken)
    {
        AgentFigures figures;
        try
        {
            using var pages = new AgentPages(session, pod);
            figures = await pages.ReadFiguresAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return pod.IsReady
                ? new(Level.Unknown, $"{pod.Node}: the agent is ready; its figures cannot be read: {e.Message}", $"Does kubectl get there? Try: kubectl port-forward -n {session.System} {pod.Key.Name} {pod.Port}")
                : Finding.Bad($"{pod.Node}: the agent does not listen", $"Try: kubectl describe pod -n {session.System} {pod.Key.Name}");
        }

        var (frames, lost) = (figures.Nics.Sum(n => n.Frames), figures.Nics.Sum(n => n.Lost));
        var index = figures.IsIndexKnown ? $"{figures.Addresses:0} addresses known" : "addresses not known yet";
        var words = $"{pod.Node}: listens on {(figures.Nics is [_, ..] nics ? string.Join(", ", nics.Select(n => n.Name)) : "nothing")}, {frames:0} frames, {lost:0} dropped, {index}";
        return figures.Listening == 0 ? Finding.Bad(words, "No network interface fits: see agent.interfaces of the chart.")
            : !figures.IsIndexKnown ? Finding.Warning(words, "The operator has not said which addresses machines have: see above.")
            : lost > 0 ? Finding.Warning(words, "Frames were lost before the agent could look at them: see the node's CPU, and --capture-buffer-mib.")
            : Finding.Good(words);
    }
}
