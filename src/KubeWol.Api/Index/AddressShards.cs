using System.Globalization;

namespace KubeWol.Api.Index;

/// <summary>The ConfigMaps, in KubeWol's own namespace, in which the operator tells agents the addresses of all machines: one for each value of an address's low bits.</summary>
public static class AddressShards
{
    /// <summary>The low bits of an address that say its shard.</summary>
    public const int Bits = 4;

    /// <summary>How many there are.</summary>
    public const int Count = 1 << Bits;

    /// <summary>The binary entry with the addresses; see <see cref="AddressShard"/>.</summary>
    public const string Entry = "macs";

    /// <summary>The entry that tells people how many they are.</summary>
    public const string CountEntry = "count";

    /// <summary>The label that all of the ConfigMaps have; its value is the shard.</summary>
    public const string Label = $"{ApiGroup.Name}/index";

    private const string Prefix = "kubewol-macs-";

    /// <summary>The ConfigMaps' names, by shard.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, Count).Select(s => $"{Prefix}{s:x2}")];

    /// <summary>The shard an address belongs to.</summary>
    /// <param name="address">Its 48 bits, the first octet on top.</param>
    public static int Of(ulong address) => (int)(address & (Count - 1));

    /// <summary>The shard of the ConfigMap with this name; null for any other.</summary>
    public static int? Of(string name) => name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var shard)
        && shard is >= 0 and < Count && Names[shard] == name ? shard : null;
}
