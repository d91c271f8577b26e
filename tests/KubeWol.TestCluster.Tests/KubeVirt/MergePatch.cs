using System.Text.Json.Nodes;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>JSON merge patch (RFC 7386) on objects.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is JsonObject inner) target[name] = Apply(target[name] as JsonObject is { } existing ? (JsonObject)existing.DeepClone() : [], inner);
            else target[name] = value.DeepClone();
        }

        return target;
    }
}
