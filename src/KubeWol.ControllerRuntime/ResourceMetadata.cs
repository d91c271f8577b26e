using System.Globalization;
using System.Text.Json.Serialization;

namespace KubeWol.ControllerRuntime;

/// <summary>
/// The part of ObjectMeta that controllers read. Leaving managedFields undecoded is what lets 100,000 objects
/// fit in a cache; see docs/design/controller-runtime.md.
/// </summary>
public sealed record ResourceMetadata
{
    /// <summary>Unique among the objects of its kind and namespace.</summary>
    public string Name { get; init; } = "";

    /// <summary>Null for cluster-scoped objects.</summary>
    [JsonConverter(typeof(RepeatedTextConverter))]
    public string? Namespace { get; init; }

    /// <summary>Given by the server; differs between two objects that bore the same name one after the other.</summary>
    public string? Uid { get; init; }

    /// <summary>Changes with every write.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Counts the changes of the spec.</summary>
    public long Generation { get; init; }

    /// <summary>When the server accepted the object, to the second.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once deletion was asked for and finalizers hold the object back.</summary>
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Labels, or null.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations, or null.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The objects this one is deleted with, or null.</summary>
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>
    /// Whether this version is older than <paramref name="other"/>. Versions are etcd revisions and may be compared as numbers
    /// (KEP-5504); one that is no number is never called older.
    /// </summary>
    internal bool IsOlderThan(ResourceMetadata other) =>
        ulong.TryParse(ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var mine)
        && ulong.TryParse(other.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var theirs)
        && mine < theirs;
}
