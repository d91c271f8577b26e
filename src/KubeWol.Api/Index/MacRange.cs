using System.Globalization;

namespace KubeWol.Api.Index;

/// <summary>All addresses from one to another, both included, as 48-bit numbers; <c>525400ab0000-525400abffff</c> as text.</summary>
public readonly record struct MacRange(ulong First, ulong Last)
{
    private const int Digits = 12;

    /// <summary>Whether the address is one of them.</summary>
    public bool Contains(ulong address) => address >= First && address <= Last;

    /// <summary>Whether an address is in both.</summary>
    public bool Overlaps(MacRange other) => First <= other.Last && other.First <= Last;

    /// <summary>The fewest ranges, in order, that hold all of these addresses: those that touch become one. Where there would be more than <paramref name="most"/>, the smallest gaps between them count as theirs.</summary>
    public static IReadOnlyList<MacRange> Merge(IEnumerable<MacRange> ranges, int most)
    {
        var merged = new List<MacRange>();
        foreach (var range in ranges.OrderBy(r => r.First))
        {
            if (merged is [.., var last] && range.First <= last.Last + 1) merged[^1] = last with { Last = Math.Max(last.Last, range.Last) };
            else merged.Add(range);
        }

        if (merged.Count <= most) return merged;
        var widest = Enumerable.Range(1, merged.Count - 1).OrderByDescending(i => merged[i].First - merged[i - 1].Last).Take(most - 1).Order();
        int[] starts = [0, .. widest, merged.Count];
        return [.. starts.Zip(starts.Skip(1), (from, to) => new MacRange(merged[from].First, merged[to - 1].Last))];
    }

    /// <summary>Reads what ToString writes; null for anything else.</summary>
    public static MacRange? Parse(string? text)
    {
        if (text is not { Length: (Digits * 2) + 1 } || text[Digits] != '-') return null;
        return Number(text.AsSpan(0, Digits)) is { } first && Number(text.AsSpan(Digits + 1)) is { } last && first <= last ? new(first, last) : null;

        static ulong? Number(ReadOnlySpan<char> digits) => ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{First:x12}-{Last:x12}";
}
