using KubeWol.ControllerRuntime;

namespace KubeWol.Api.KubeVirt;

/// <summary>
/// The metadata of machines without what nobody reads: a hundred thousand of them are kept, and kubectl's last-applied-configuration alone is a copy
/// of the whole object. Labels stay: policies select by them.
/// </summary>
internal static class LeanMetadata
{
    private static readonly string[] Domains = [$"{ApiGroup.Name}/", "harvesterhci.io/"];

    /// <summary>Null, which the decoder makes of none at all, becomes empty.</summary>
    public static ResourceMetadata OfMachine(ResourceMetadata? metadata) => metadata is null ? new()
        : metadata with { Annotations = Kept(metadata.Annotations), OwnerReferences = null };

    /// <summary>Nobody reads any of an instance's.</summary>
    public static ResourceMetadata OfInstance(ResourceMetadata? metadata) => metadata is null ? new()
        : metadata with { Labels = null, Annotations = null, OwnerReferences = null };

    private static Dictionary<string, string>? Kept(IReadOnlyDictionary<string, string>? all) =>
        all?.Where(p => Domains.Any(d => p.Key.StartsWith(d, StringComparison.Ordinal))).ToDictionary(p => p.Key, p => p.Value) is { Count: > 0 } kept ? kept : null;
}
