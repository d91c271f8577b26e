using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>The VirtualMachine that is created. Pure: it makes the document, and somebody else sends it.</summary>
internal static class MachineDocument
{
    /// <summary>The machine of an inline template.</summary>
    public static JsonObject Inline(Instantiation wanted, string requestUid)
    {
        var inline = wanted.Template.Spec.VirtualMachine!;
        var machine = Of(wanted, Filled(inline.Metadata?.Labels), Filled(inline.Metadata?.Annotations), (JsonObject)Placeholders.Fill(inline.Spec, wanted.Values)!, requestUid);
        GiveAddress((JsonObject)machine["spec"]!, wanted.Template.Spec.Interface, wanted.Address);
        return machine;

        Dictionary<string, string> Filled(IReadOnlyDictionary<string, string>? map) =>
            map?.ToDictionary(p => p.Key, p => Placeholders.Fill(p.Value, wanted.Values)) ?? [];
    }

    /// <summary>The machine that KubeVirt made of a VirtualMachineTemplate: its labels, annotations and spec under our name, or what is wrong with it.</summary>
    public static (JsonObject? Machine, string? Problem) Processed(Instantiation wanted, JsonElement processed, string requestUid)
    {
        if (processed.ValueKind != JsonValueKind.Object || !processed.TryGetProperty("spec", out var spec) || spec.ValueKind != JsonValueKind.Object)
        {
            return (null, "it makes no machine");
        }

        var metadata = processed.TryGetProperty("metadata", out var given) ? given : default;
        var machine = Of(wanted, Map("labels"), Map("annotations"), JsonObject.Create(spec.Clone())!, requestUid);
        var problem = GiveAddress((JsonObject)machine["spec"]!, wanted.Template.Spec.Interface, wanted.Address);
        return problem is null ? (machine, null) : (null, problem);

        Dictionary<string, string> Map(string name) =>
            metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(name, out var map) && map.ValueKind == JsonValueKind.Object
                ? map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "")
                : [];
    }

    /// <summary>The labels that every machine of a template gets.</summary>
    public static JsonObject Labels(Instantiation wanted, IReadOnlyDictionary<string, string> own) =>
        new(InstanceMarks.Marked(wanted.Template, own).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));

    /// <summary>Gives the address to the interface; returns what is wrong with the machine where it has none.</summary>
    public static string? GiveAddress(JsonObject? spec, string? interfaceName, MacAddress address)
    {
        var found = Interfaces(spec).FirstOrDefault(i => interfaceName is null || Name(i) == interfaceName);
        if (found is null) return NoInterface(interfaceName, Interfaces(spec).Select(Name));
        found["macAddress"] = address.ToString();
        return null;
    }

    /// <summary>What to say of a machine that lacks the interface.</summary>
    public static string NoInterface(string? wanted, IEnumerable<string> names) => wanted is null
        ? "its machine has no network interface that could be given the address; add one at spec.template.spec.domain.devices.interfaces"
        : $"its machine has no network interface {wanted}{(string.Join(", ", names) is { Length: > 0 } others ? $" (it has {others})" : "")}";

    /// <summary>The names of a machine's interfaces.</summary>
    public static IEnumerable<string> InterfaceNames(JsonNode? machine) => Interfaces(machine?["spec"] as JsonObject).Select(Name);

    private static JsonObject Of(
        Instantiation wanted, Dictionary<string, string> labels, Dictionary<string, string> annotations, JsonObject spec, string requestUid)
    {
        annotations[InstanceMarks.CreatedByAnnotation] = requestUid;
        return new()
        {
            ["apiVersion"] = "kubevirt.io/v1",
            ["kind"] = "VirtualMachine",
            ["metadata"] = new JsonObject
            {
                ["name"] = wanted.Name,
                ["namespace"] = wanted.Template.Metadata.Namespace,
                ["labels"] = Labels(wanted, labels),
                ["annotations"] = new JsonObject(annotations.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))),
            },
            ["spec"] = spec,
        };
    }

    private static IEnumerable<JsonObject> Interfaces(JsonObject? spec)
    {
        JsonNode? at = spec;
        foreach (var step in (string[])["template", "spec", "domain", "devices", "interfaces"]) at = (at as JsonObject)?[step];
        return (at as JsonArray)?.OfType<JsonObject>() ?? [];
    }

    private static string Name(JsonObject item) => item["name"] is JsonValue value && value.TryGetValue<string>(out var name) ? name : "";
}
