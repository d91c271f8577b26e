using System.Text.Json.Nodes;
using KubeWol.Cli.Explaining;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Doctor;

/// <summary>An agent's pod.</summary>
/// <param name="Namespace">KubeWol's namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Node">The node it is on.</param>
/// <param name="IsReady">Whether it listens.</param>
/// <param name="Port">Where it serves its pages.</param>
internal sealed record AgentPod(string Namespace, string Name, string? Node, bool IsReady, int Port)
{
    /// <summary>The path of one of its pages, through the API server; it takes the right to get pods/proxy.</summary>
    public string ProxyPath(string page) => $"{ApiPath.Of("", "v1", "pods", Namespace, $"{Name}:{Port}", "proxy")}/{page}";

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
        return new(ns, (string)pod["metadata"]!["name"]!, (string?)pod["spec"]!["nodeName"], ready, (int?)ports.FirstOrDefault(p => (string?)p!["name"] == "metrics")?["containerPort"] ?? 9842);
    }
}
