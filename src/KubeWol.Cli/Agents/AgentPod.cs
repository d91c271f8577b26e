using System.Text.Json;
using KubeWol.Api;
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
        var path = $"{Pod.Type.Path(session.System)}?labelSelector={Uri.EscapeDataString(InstalledOptions.Labels("agent"))}";
        var pods = (await session.ReadAsync(path, cancellationToken).ConfigureAwait(false))?["items"]?.AsArray() ?? [];
        return [.. pods.Select(pod => Of(pod.Deserialize(Pod.Type.Json)!)).OrderBy(p => p.Node, StringComparer.Ordinal)];
    }

    private static AgentPod Of(Pod pod) => new(ResourceKey.Of(pod), pod.Spec?.NodeName ?? "no node", pod.IsReady, pod.Port("metrics") ?? UsualPort);
}
