using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>All addresses from one to another, as numbers.</summary>
internal readonly record struct MacRange(ulong First, ulong Last)
{
    private const int Digits = 12;

    public bool Contains(MacAddress address) => address.Bits >= First && address.Bits <= Last;

    public bool Overlaps(MacRange other) => First <= other.Last && other.First <= Last;

    /// <summary>What a template claims. The CRD has judged the spelling; what it would not have let through claims nothing.</summary>
    public static IEnumerable<MacRange> Of(ClaimedAddresses claimed)
    {
        foreach (var prefix in claimed.Prefixes ?? [])
        {
            var digits = Bare(prefix);
            if (digits.Length is < 2 or >= Digits || digits.Length % 2 != 0) continue;
            if (Parse(digits.PadRight(Digits, '0')) is { } first && Parse(digits.PadRight(Digits, 'f')) is { } last) yield return new(first, last);
        }

        foreach (var range in claimed.Ranges ?? [])
        {
            if (Parse(Bare(range.From)) is { } first && Parse(Bare(range.To)) is { } last && first <= last) yield return new(first, last);
        }
    }

    /// <summary>Whether a template claims an address. No machine has a multicast address or the zero address, so these are claimed by none.</summary>
    public static bool Claims(WakeTemplate template, MacAddress address) =>
        !address.IsMulticast && !address.IsZero && Of(template.Spec.MacAddresses).Any(r => r.Contains(address));

    /// <summary>Whether two templates claim an address both.</summary>
    public static bool Overlap(WakeTemplate one, WakeTemplate other)
    {
        var others = Of(other.Spec.MacAddresses).ToList();
        return Of(one.Spec.MacAddresses).Any(r => others.Any(r.Overlaps));
    }

    private static string Bare(string text) => string.Concat(text.Where(c => c is not (':' or '-' or '.')));

    private static ulong? Parse(string digits) =>
        digits.Length == Digits && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) ? bits : null;
}
