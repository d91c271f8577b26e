using System.Text.Json.Nodes;
using KubeWol.Cli.Explaining;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Agents;

/// <summary>An agent's pod.</summary>
/// <param name="Key">Its name, in KubeWol's namespace.</param>
/// <param name="Node">The node it is on.</param>
/// <param name="IsReady">Whether it listens.</param>
/// <param name="Port">Where it serves its pages.</param>
internal sealed record AgentPod(ResourceKey Key, string Node, bool IsReady, int Port)
{
    private const int UsualPort = 9842; // agent.metricsPort of the chart

    public static async Task<IReadOnlyList<AgentPod>> ListAsync(ClusterSession session, CancellationToken cancellationToken)
    {
        var path = $"{ApiPath.Of("", "v1", "pods", session.System)}?labelSelector={Uri.EscapeDataString(InstalledOptions.Labels("agent"))}";
        var pods = (await session.ReadAsync(path, cancellationToken).ConfigureAwait(false))?["items"]?.AsArray() ?? [];
        return [.. pods.Select(pod => Of(session.System, pod!)).OrderBy(p => p.Node, StringComparer.Ordinal)];
    }

    private static AgentPod Of(string ns, JsonNode pod)
    {
        var ready = (pod["status"]?["conditions"] as JsonArray ?? []).Any(c => (string?)c!["type"] == "Ready" && (string?)c["status"] == "True");
        var ports = pod["spec"]!["containers"]![0]!["ports"] as JsonArray ?? [];
        var port = (int?)ports.FirstOrDefault(p => (string?)p!["name"] == "metrics")?["containerPort"] ?? UsualPort;
        return new(new(ns, (string)pod["metadata"]!["name"]!), (string?)pod["spec"]!["nodeName"] ?? "no node", ready, port);
    }
}
