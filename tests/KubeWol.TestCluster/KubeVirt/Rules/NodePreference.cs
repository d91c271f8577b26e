using System.Text.Json;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The nodes an instance would rather be on: preferredDuringSchedulingIgnoredDuringExecution, as far as its terms are equations.</summary>
internal static class NodePreference
{
    /// <summary>The labels preferred, the weightiest first.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Of(JsonElement? affinity)
    {
        if (affinity is not { ValueKind: JsonValueKind.Object } all || !all.TryGetProperty("nodeAffinity", out var nodes)
            || !nodes.TryGetProperty("preferredDuringSchedulingIgnoredDuringExecution", out var preferred))
        {
            return [];
        }

        return preferred.EnumerateArray().OrderByDescending(p => p.GetProperty("weight").GetInt32())
            .Select(p => p.GetProperty("preference").GetProperty("matchExpressions").EnumerateArray()
                .Where(e => e.GetProperty("operator").GetString() == "In")
                .ToDictionary(e => e.GetProperty("key").GetString()!, e => e.GetProperty("values")[0].GetString()!));
    }
}
