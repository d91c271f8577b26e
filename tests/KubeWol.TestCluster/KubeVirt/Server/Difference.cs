using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>What changed between two states of an object, as a merge patch. Fields that neither state knows are not touched.</summary>
internal static class Difference
{
    /// <summary>Adds <paramref name="name"/> to <paramref name="patch"/> with the members that differ; nothing where none does.</summary>
    public static void Add<T>(JsonObject patch, string name, T before, T after, JsonTypeInfo<T> json)
        where T : class
    {
        if (ReferenceEquals(before, after)) return;
        var (old, now) = (JsonSerializer.SerializeToNode(before, json)!.AsObject(), JsonSerializer.SerializeToNode(after, json)!.AsObject());
        var changes = new JsonObject();
        foreach (var (member, value) in now)
        {
            if (!JsonNode.DeepEquals(value, old[member])) changes[member] = Replacing(old[member], value!);
        }

        foreach (var (member, _) in old.Where(m => !now.ContainsKey(m.Key))) changes[member] = null;
        if (changes.Count > 0) patch[name] = changes;
    }

    /// <summary>In a merge patch an object is merged into the old one, so what is no longer in it must be named.</summary>
    private static JsonNode Replacing(JsonNode? old, JsonNode now)
    {
        var copy = now.DeepClone();
        if (old is JsonObject before && copy is JsonObject after)
        {
            foreach (var (member, _) in before.Where(m => !after.ContainsKey(m.Key))) after[member] = null;
        }

        return copy;
    }
}
