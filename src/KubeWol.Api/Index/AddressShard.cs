using System.Buffers;
using System.Security.Cryptography;

namespace KubeWol.Api.Index;

/// <summary>
/// The addresses of one shard as octets: "KWM", version, bits, shard; their number; the gap before each, the shard's bits shifted out; a checksum.
/// Numbers are LEB128. Addresses of one vendor prefix take about two octets each. The same addresses always give the same octets.
/// </summary>
public static class AddressShard
{
    private const byte Version = 1;
    private const int ChecksumSize = 4;
    private const int AddressBits = 48;
    private const int LongestNumber = (AddressBits - AddressShards.Bits + 6) / 7;

    /// <summary>The octets for these addresses: all of the shard, in order, none twice.</summary>
    public static byte[] Encode(int shard, ReadOnlySpan<ulong> addresses)
    {
        var octets = new ArrayBufferWriter<byte>(64 + (addresses.Length * 2));
        octets.Write(Header(shard));
        Write(octets, (ulong)addresses.Length);
        var next = 0UL;
        foreach (var address in addresses)
        {
            var value = address >> AddressShards.Bits;
            if (AddressShards.Of(address) != shard || value < next || address >> AddressBits != 0)
                throw new ArgumentException($"{address:x12} does not follow in shard {shard}", nameof(addresses));
            Write(octets, value - next);
            next = value + 1;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(octets.WrittenSpan, hash);
        octets.Write(hash[..ChecksumSize]);
        return octets.WrittenSpan.ToArray();
    }

    /// <summary>The addresses in order; null where the octets are damaged, another shard's, or of another version.</summary>
    public static ulong[]? Decode(int shard, ReadOnlySpan<byte> octets)
    {
        if (octets.Length < ChecksumSize || !octets.StartsWith(Header(shard))) return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var body = octets[..^ChecksumSize];
        SHA256.HashData(body, hash);
        if (!octets.EndsWith(hash[..ChecksumSize])) return null;

        var rest = body[Math.Min(Header(shard).Length, body.Length)..];
        // Each takes an octet at least: a number that promises more must not become memory.
        if (Read(ref rest) is not { } count || count > (ulong)rest.Length) return null;
        var addresses = new ulong[count];
        var next = 0UL;
        for (var i = 0; i < addresses.Length; i++)
        {
            if (Read(ref rest) is not { } gap || next + gap >= 1UL << (AddressBits - AddressShards.Bits)) return null;
            addresses[i] = ((next + gap) << AddressShards.Bits) | (uint)shard;
            next += gap + 1;
        }

        return rest.IsEmpty ? addresses : null;
    }

    private static ReadOnlySpan<byte> Header(int shard) => new[] { (byte)'K', (byte)'W', (byte)'M', Version, (byte)AddressShards.Bits, (byte)shard };

    private static void Write(ArrayBufferWriter<byte> octets, ulong number)
    {
        var into = octets.GetSpan(LongestNumber);
        var length = 0;
        for (; number >= 0x80; number >>= 7) into[length++] = (byte)(number | 0x80);
        into[length++] = (byte)number;
        octets.Advance(length);
    }

    private static ulong? Read(ref ReadOnlySpan<byte> octets)
    {
        var number = 0UL;
        for (var i = 0; i < LongestNumber && i < octets.Length; i++)
        {
            number |= (ulong)(octets[i] & 0x7F) << (7 * i);
            if (octets[i] >= 0x80) continue;
            octets = octets[(i + 1)..];
            return number;
        }

        return null;
    }
}
