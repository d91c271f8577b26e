using System.Text.Json.Nodes;

namespace KubeWol.Operator.Tests.World;

/// <summary>RFC 7386.</summary>
internal static class MergePatch
{
    public static JsonNode? Applied(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var merged = target is JsonObject before ? before.DeepClone().AsObject() : [];
        foreach (var (name, value) in changes)
        {
            if (value is null) merged.Remove(name);
            else merged[name] = Applied(merged[name], value);
        }

        return merged;
    }
}
