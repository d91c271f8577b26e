using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace KubeWol.Protocol;

/// <summary>The UDP ports that are listened for. Immutable; looking one up takes constant time.</summary>
public sealed class WolPorts : IParsable<WolPorts>
{
    private readonly ulong[] _bits = new ulong[(ushort.MaxValue + 1) / 64];

    /// <summary>All ports of the ranges, in any order; throws for port 0 and for a range that ends before it starts.</summary>
    public WolPorts(params IEnumerable<PortRange> ranges)
    {
        foreach (var range in ranges)
        {
            if (range.First == 0 || range.First > range.Last)
                throw new ArgumentException($"'{range}' is not a range of ports from 1 to 65535.", nameof(ranges));
            for (int port = range.First; port <= range.Last; port++) _bits[port / 64] |= 1UL << port;
        }
        Ranges = [.. FindRanges()];
    }

    /// <summary>7, 9, 40000 (GNU wol), 47009 and 47998-48010 (Moonlight).</summary>
    public static WolPorts Default { get; } = Parse("7,9,40000,47009,47998-48010");

    /// <summary>The same ports as the fewest ranges, ascending.</summary>
    public ImmutableArray<PortRange> Ranges { get; }

    /// <summary>Whether the port is listened for.</summary>
    public bool Contains(ushort port) => (_bits[port / 64] & 1UL << port) != 0;

    /// <summary>Reads a list such as 7,9,47998-48010.</summary>
    public static WolPorts Parse(string s, IFormatProvider? provider = null) => TryParse(s, out var result)
        ? result
        : throw new FormatException($"'{s}' is not a list of ports from 1 to 65535; write it like 7,9,47998-48010.");

    /// <summary>As Parse, but false in place of an exception.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, [NotNullWhen(true)] out WolPorts? result)
    {
        result = null;
        List<PortRange> ranges = [];
        foreach (var item in s.Split(','))
        {
            var text = s[item];
            var dash = text.IndexOf('-');
            if (!TryParsePort(dash < 0 ? text : text[..dash], out var first)) return false;
            if (!TryParsePort(text[(dash + 1)..], out var last) || first > last) return false;
            ranges.Add(new PortRange(first, last));
        }
        result = new WolPorts(ranges);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out WolPorts?)"/>
    public static bool TryParse(string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out WolPorts result) =>
        TryParse(s.AsSpan(), out result);

    /// <summary>The ranges with commas between them, as Parse reads them.</summary>
    public override string ToString() => string.Join(',', Ranges);

    private static bool TryParsePort(ReadOnlySpan<char> s, out ushort port) =>
        ushort.TryParse(s.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port != 0;

    private IEnumerable<PortRange> FindRanges()
    {
        for (var port = 1; port <= ushort.MaxValue; port++)
        {
            if (!Contains((ushort)port)) continue;
            var first = port;
            while (port < ushort.MaxValue && Contains((ushort)(port + 1))) port++;
            yield return new PortRange((ushort)first, (ushort)port);
        }
    }
}
