using System.Buffers.Binary;
using System.Net;

namespace KubeWol.Protocol;

/// <summary>An IPv4 or IPv6 address as a plain value: reading one from a frame allocates nothing.</summary>
public readonly record struct IpAddress : ISpanParsable<IpAddress>, ISpanFormattable
{
    private const int V4Size = 4;
    private const int V6Size = 16;
    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>The address made of four or sixteen octets in wire order; throws for any other number.</summary>
    public IpAddress(ReadOnlySpan<byte> octets)
    {
        switch (octets.Length)
        {
            case V4Size:
                _low = BinaryPrimitives.ReadUInt32BigEndian(octets);
                break;
            case V6Size:
                IsV6 = true;
                _high = BinaryPrimitives.ReadUInt64BigEndian(octets);
                _low = BinaryPrimitives.ReadUInt64BigEndian(octets[8..]);
                break;
            default:
                throw new ArgumentException($"An IP address has 4 or 16 octets, not {octets.Length}.", nameof(octets));
        }
    }

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsV6 { get; }

    /// <summary>The octets in wire order: four or sixteen of them.</summary>
    public byte[] ToBytes()
    {
        var octets = new byte[V6Size];
        BinaryPrimitives.WriteUInt64BigEndian(octets, _high);
        BinaryPrimitives.WriteUInt64BigEndian(octets.AsSpan(8), _low);
        return IsV6 ? octets : octets[^V4Size..];
    }

    /// <summary>Reads four decimal numbers with dots, or any IPv6 form; a scope id (%eth0) is dropped.</summary>
    public static IpAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var result)
        ? result
        : throw new FormatException($"'{s}' is not an IP address.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static IpAddress Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>As Parse, but false in place of an exception.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out IpAddress result)
    {
        result = default;
        if (!IPAddress.TryParse(s, out var address)) return false;
        result = new IpAddress(address.GetAddressBytes());

        // The BCL also reads "1", "0x7f.1" and octal numbers as IPv4: nobody means those.
        return result.IsV6 || s.SequenceEqual(address.ToString());
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out IpAddress)"/>
    public static bool TryParse(string? s, IFormatProvider? provider, out IpAddress result) => TryParse(s.AsSpan(), provider, out result);

    /// <summary>The usual text form of the family.</summary>
    public override string ToString() => new IPAddress(ToBytes()).ToString();

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        new IPAddress(ToBytes()).TryFormat(destination, out charsWritten);
}
