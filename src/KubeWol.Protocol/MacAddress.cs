using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>A 48-bit hardware address; its text form is lower-case with colons.</summary>
public readonly record struct MacAddress : ISpanParsable<MacAddress>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Octets in an address.</summary>
    public const int Size = 6;

    private const ulong AllOnes = 0xFFFF_FFFF_FFFF;
    private const int TextLength = 17;
    private const int BareLength = 12;

    /// <summary>The address whose octets are the low 48 bits, most significant first; throws when a higher bit is set.</summary>
    public MacAddress(ulong bits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, AllOnes);
        Bits = bits;
    }

    /// <summary>The address made of exactly six octets as they stand on the wire.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MacAddress(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != Size)
            throw new ArgumentException($"A MAC address has {Size} octets, not {octets.Length}.", nameof(octets));
        Bits = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(octets) << 32) | BinaryPrimitives.ReadUInt32BigEndian(octets[2..]);
    }

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast { get; } = new(AllOnes);

    /// <summary>The six octets as a number, the first octet in bits 40 to 47.</summary>
    public ulong Bits { get; }

    /// <summary>Whether the group bit (the lowest of the first octet) is set; true for broadcast too.</summary>
    public bool IsMulticast => (Bits & 1UL << 40) != 0;

    /// <summary>Whether all bits are set.</summary>
    public bool IsBroadcast => Bits == AllOnes;

    /// <summary>Whether no bit is set.</summary>
    public bool IsZero => Bits == 0;

    /// <summary>The same octets in the opposite order, as some sleep-on-LAN senders put them.</summary>
    public MacAddress Reversed => new(BinaryPrimitives.ReverseEndianness(Bits) >> 16);

    /// <summary>Writes the six octets in wire order; throws when the destination is shorter.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[2..], (uint)Bits);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(Bits >> 32));
    }

    /// <summary>Reads aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff, aabbcc-ddeeff or aabbccddeeff in either case.</summary>
    public static MacAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, out var result)
        ? result
        : throw new FormatException($"'{s}' is not a MAC address; write it like 52:54:00:12:34:56.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static MacAddress Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>As Parse, but false in place of an exception.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, out MacAddress result)
    {
        result = default;

        // The length alone tells how many digits stand between two separators.
        var group = s.Length switch { BareLength => 12, 13 => 6, 14 => 4, TextLength => 2, _ => 0 };
        if (group == 0) return false;
        var separator = group == 12 ? default : s[group];
        if (separator is not (default(char) or ':' or '-' or '.')) return false;

        ulong bits = 0;
        for (var i = 0; i < s.Length; i++)
        {
            if (i % (group + 1) == group)
            {
                if (s[i] != separator) return false;
            }
            else if (char.IsAsciiHexDigit(s[i]))
            {
                bits = bits << 4 | (uint)(char.IsAsciiDigit(s[i]) ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
            }
            else
            {
                return false;
            }
        }
        result = new MacAddress(bits);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out MacAddress result) => TryParse(s, out result);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out MacAddress)"/>
    public static bool TryParse(string? s, IFormatProvider? provider, out MacAddress result) => TryParse(s.AsSpan(), out result);

    /// <summary>Lower-case with colons, as in 52:54:00:12:34:56.</summary>
    public override string ToString() => ToString(null);

    /// <summary>Lower-case with colons; the format N gives twelve bare digits.</summary>
    public string ToString(string? format, IFormatProvider? formatProvider = null)
    {
        Span<char> text = stackalloc char[TextLength];
        TryFormat(text, out var length, format);
        return text[..length].ToString();
    }

    /// <inheritdoc/>
    public bool TryFormat(
        Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryWrite(destination, out charsWritten, format);

    /// <inheritdoc/>
    public bool TryFormat(
        Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        TryWrite(utf8Destination, out bytesWritten, format);

    private bool TryWrite<T>(Span<T> destination, out int written, ReadOnlySpan<char> format) where T : unmanaged, IBinaryInteger<T>
    {
        if (format is not ("" or "N")) throw new FormatException($"A MAC address has no format '{format}', only N.");
        written = 0;
        var bare = format.Length > 0;
        if (destination.Length < (bare ? BareLength : TextLength)) return false;

        for (var shift = 44; shift >= 0; shift -= 4)
        {
            destination[written++] = T.CreateTruncating("0123456789abcdef"[(int)(Bits >> shift & 0xF)]);
            if (!bare && shift % 8 == 0 && shift > 0) destination[written++] = T.CreateTruncating(':');
        }
        return true;
    }
}
