using System.Globalization;
using KubeWol.Api.Index;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Operator.Templates;

/// <summary>The addresses that templates claim.</summary>
internal static class TemplateClaims
{
    /// <summary>Ranges that agents are told of at the most; they have room in a ConfigMap beside all else.</summary>
    public const int MostRanges = 4_096;

    private const int Digits = 12;

    /// <summary>What all of the templates claim, as agents are told: for their sake it may be more, and is never less.</summary>
    public static IReadOnlyList<MacRange> Merged(IEnumerable<WakeTemplate> templates) => MacRange.Merge(templates.SelectMany(t => Of(t.Spec.MacAddresses)), MostRanges);

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
        !address.IsMulticast && !address.IsZero && Of(template.Spec.MacAddresses).Any(r => r.Contains(address.Bits));

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
