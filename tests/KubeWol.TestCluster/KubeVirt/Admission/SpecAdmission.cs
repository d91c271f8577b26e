using System.Text.Json.Nodes;

namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>What KubeVirt refuses in the spec of an instance, in a template or by itself: the part of it that machines with NICs meet.</summary>
internal static class SpecAdmission
{
    private static readonly byte[] ReservedForBridge = [2, 0, 0, 0, 0, 0];

    /// <summary>Judges <paramref name="spec"/>, which stands at <paramref name="path"/> of the object.</summary>
    public static IEnumerable<Cause> Judge(JsonNode? spec, string path)
    {
        var devices = spec?["domain"]?["devices"];
        var networks = Items(spec?["networks"]).DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.Item, StringComparer.Ordinal);
        foreach (var (index, name, nic) in Items(devices?["interfaces"]).Select((n, i) => (i, n.Name, n.Item)))
        {
            var at = $"{path}.domain.devices.interfaces[{index}]";
            var masquerade = nic.ContainsKey("masquerade");
            if (masquerade && networks.GetValueOrDefault(name)?.ContainsKey("pod") != true)
            {
                yield return new(Cause.Invalid, "Masquerade interface only implemented with pod network", $"{at}.name");
            }

            if (!networks.ContainsKey(name)) yield return new(Cause.Invalid, $"{at}.name '{name}' not found.", $"{at}.name");
            if ((string?)nic["macAddress"] is { Length: > 0 } mac && MacProblem(mac, masquerade, at) is { } problem)
            {
                yield return new(Cause.Invalid, problem, $"{at}.macAddress");
            }
        }

        var volumes = Items(spec?["volumes"]).Select(v => v.Name).ToHashSet();
        foreach (var (index, name) in Items(devices?["disks"]).Select((d, i) => (i, d.Name)))
        {
            var at = $"{path}.domain.devices.disks[{index}]";
            if (!volumes.Contains(name)) yield return new(Cause.Invalid, $"{at}.Name '{name}' not found.", $"{at}.name");
        }
    }

    /// <summary>Only these three: addresses that are multicast, all zero, or already another machine's are let through.</summary>
    private static string? MacProblem(string mac, bool masquerade, string at) => MacText.Parse(mac) switch
    {
        null => $"interface {at}.name has malformed MAC address ({mac}).",
        { Length: > 6 } => $"interface {at}.name has too long MAC address ({mac}).",
        { } octets when masquerade && octets.SequenceEqual(ReservedForBridge) =>
            "The requested MAC address is reserved for the in-pod bridge. Please choose another one.",
        _ => null,
    };

    private static IEnumerable<(string Name, JsonObject Item)> Items(JsonNode? array) =>
        (array as JsonArray)?.OfType<JsonObject>().Select(item => ((string?)item["name"] ?? "", item)) ?? [];
}
