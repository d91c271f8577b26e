using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>
/// The addresses a machine had when it last ran, noted on the machine itself because it has none while it is off: an annotation with a JSON object,
/// address → time. See docs/design/mac-ledger.md.
/// </summary>
internal static class LastSeenAddresses
{
    public const string Annotation = $"{ApiGroup.Name}/last-seen-macs";

    /// <summary>The most addresses kept for a machine.</summary>
    public const int Most = 16;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>What is noted, the newest first. A machine that fixes all of its addresses has no others.</summary>
    public static IReadOnlyList<Sighting> Of(VirtualMachine machine)
    {
        var noted = AnnotationMap.Read(machine, Annotation);
        if (noted.Count == 0 || MacAddresses.Unfixed(machine).Count == 0) return [];
        // What is older than the machine came with a copy of another's annotations: a clone, or a manifest that was exported and edited.
        var created = machine.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
        return
        [
            .. noted.Select(n => Parse(n.Key, n.Value)).OfType<Sighting>().Where(s => s.Seen >= created)
                .GroupBy(s => s.Address).Select(spellings => spellings.MaxBy(s => s.Seen))
                .Order(Sighting.NewestFirst).Take(Most),
        ];
    }

    /// <summary>The annotation as it stands, or null.</summary>
    public static string? TextOf(VirtualMachine machine) => machine.Metadata.Annotations?.GetValueOrDefault(Annotation);

    /// <summary>The annotation for these sightings; null for none.</summary>
    public static string? Text(IReadOnlyCollection<Sighting> sightings) => sightings.Count == 0 ? null
        : new JsonObject(sightings.Order(Sighting.NewestFirst).Select(s => KeyValuePair.Create(
            s.Address.ToString(), (JsonNode?)s.Seen.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)))).ToJsonString();

    /// <summary>The patch that writes the annotation, or removes it. The uid and the version make one that rests on an old reading a conflict.</summary>
    public static JsonObject Patch(VirtualMachine machine, string? text) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["uid"] = machine.Metadata.Uid,
            ["resourceVersion"] = machine.Metadata.ResourceVersion,
            ["annotations"] = new JsonObject { [Annotation] = text },
        },
    };

    private static Sighting? Parse(string address, string seen) =>
        MacAddress.TryParse(address, null, out var mac)
        && DateTimeOffset.TryParseExact(seen, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? new(mac, time) : null;
}
