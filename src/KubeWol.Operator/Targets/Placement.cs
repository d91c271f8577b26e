using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;

namespace KubeWol.Operator.Targets;

/// <summary>The preference for nodes that a Move gives to a machine that is off. Pure: it makes the document, and somebody else applies it.</summary>
internal static class Placement
{
    /// <summary>Marks our preference among others': nodes without this label, which is all of them.</summary>
    public const string Mark = $"{ApiGroup.Name}/placement";

    /// <summary>Above every preference that somebody weighed lower; the most that Kubernetes allows.</summary>
    private const int Weight = 100;

    /// <summary>The labels that a machine's next start prefers by our doing, as text; null for none.</summary>
    public static string? Of(VirtualMachine machine)
    {
        var terms = machine.Spec?.Template?.Spec?.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution?.Select(p => p.Preference?.MatchExpressions);
        var ours = terms?.FirstOrDefault(t => t?.Any(e => e.Key == Mark) == true);
        return ours is null ? null : Text(ours.Where(e => e is { Key: { } key, Values: [_] } && key != Mark).ToDictionary(e => e.Key!, e => e.Values![0]));
    }

    /// <summary>Labels as text; null for none.</summary>
    public static string? Text(IReadOnlyDictionary<string, string> selector) => selector.Count == 0 ? null
        : string.Join(',', selector.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    /// <summary>All that the field manager wants of the machine: the preference, or nothing.</summary>
    public static JsonObject Document(VirtualMachine machine, IReadOnlyDictionary<string, string> selector)
    {
        var document = new JsonObject
        {
            ["apiVersion"] = "kubevirt.io/v1",
            ["kind"] = "VirtualMachine",
            // With the uid, an apply never creates a machine that has just been deleted.
            ["metadata"] = new JsonObject { ["name"] = machine.Metadata.Name, ["namespace"] = machine.Metadata.Namespace, ["uid"] = machine.Metadata.Uid },
        };
        if (selector.Count == 0) return document;

        var terms = selector.OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(JsonNode (l) => new JsonObject { ["key"] = l.Key, ["operator"] = "In", ["values"] = new JsonArray(l.Value) })
            .Append(new JsonObject { ["key"] = Mark, ["operator"] = "DoesNotExist" });
        var preference = new JsonObject { ["weight"] = Weight, ["preference"] = new JsonObject { ["matchExpressions"] = new JsonArray([.. terms]) } };
        var affinity = new JsonObject { ["preferredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(preference) };
        document["spec"] = new JsonObject
        {
            ["template"] = new JsonObject { ["spec"] = new JsonObject { ["affinity"] = new JsonObject { ["nodeAffinity"] = affinity } } },
        };
        return document;
    }
}
