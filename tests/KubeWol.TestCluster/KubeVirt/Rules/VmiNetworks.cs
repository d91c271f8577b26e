using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>A NIC in an instance's spec.</summary>
internal sealed record VmiNic(string Name, string? MacAddress, bool IsBridge, bool IsMasquerade, bool IsOnPodNetwork);

/// <summary>Reads the NICs of a spec, and adds the one a guest gets that has none.</summary>
internal static class VmiNetworks
{
    public static IReadOnlyList<VmiNic> Of(VirtualMachineInstanceSpec spec)
    {
        var pod = Items(spec.Networks).Where(n => n.TryGetProperty("pod", out _)).Select(Name).ToHashSet();
        return
        [
            .. Items(Interfaces(spec)).Select(nic => new VmiNic(
                Name(nic),
                nic.TryGetProperty("macAddress", out var mac) ? mac.GetString() : null,
                nic.TryGetProperty("bridge", out _),
                nic.TryGetProperty("masquerade", out _),
                pod.Contains(Name(nic)))),
        ];
    }

    /// <summary>
    /// A spec without NIC and network gets a bridge to the pod network, unless <c>autoattachPodInterface</c> is false
    /// (<c>pkg/network/vmispec</c>; bridge is KubeVirt's default binding).
    /// </summary>
    public static VirtualMachineInstanceSpec WithDefaultNic(VirtualMachineInstanceSpec spec)
    {
        if (spec.Networks is { ValueKind: JsonValueKind.Array } networks && networks.GetArrayLength() > 0) return spec;
        if (Interfaces(spec) is { ValueKind: JsonValueKind.Array } nics && nics.GetArrayLength() > 0) return spec;
        if (spec.Domain is not { ValueKind: JsonValueKind.Object } given) return spec;
        var domain = JsonObject.Create(given)!;
        if (domain["devices"] is not JsonObject devices || devices["autoattachPodInterface"]?.GetValue<bool>() == false) return spec;
        devices["interfaces"] = new JsonArray(new JsonObject { ["name"] = "default", ["bridge"] = new JsonObject() });
        return spec with
        {
            Domain = JsonElement.Parse(domain.ToJsonString()),
            Networks = JsonElement.Parse("""[{"name":"default","pod":{}}]"""),
        };
    }

    private static JsonElement? Interfaces(VirtualMachineInstanceSpec spec) =>
        spec.Domain is { ValueKind: JsonValueKind.Object } domain && domain.TryGetProperty("devices", out var devices)
            && devices.ValueKind == JsonValueKind.Object && devices.TryGetProperty("interfaces", out var interfaces) ? interfaces : null;

    private static IEnumerable<JsonElement> Items(JsonElement? array) =>
        array is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object) : [];

    private static string Name(JsonElement item) => item.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "";
}
