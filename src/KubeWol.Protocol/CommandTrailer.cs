using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>The shape of a signed command: a tagged COSE_Sign1 (RFC 9052) with an ES256 signature and no unprotected headers. What is signed is not read.</summary>
/// <remarks>
/// Enough to tell where it ends, and no more: nothing here trusts a key or knows CBOR's nesting. Lengths must be in their shortest form
/// (RFC 8949 section 4.2.1), so that one command has one spelling.
/// </remarks>
public readonly ref struct CommandTrailer
{
    /// <summary>Octets in the longest command: with the magic packet it fits one Ethernet frame.</summary>
    public const int MaxSize = 1024;

    /// <summary>Octets in an ES256 signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>No command is shorter; what is may follow a magic packet for any other reason.</summary>
    private const int MinSize = 72;

    /// <summary>The COSE_Sign1 object, from its tag to the end of its signature.</summary>
    public ReadOnlySpan<byte> Bytes { get; private init; }

    /// <summary>The protected header as it was signed, without the head of its byte string.</summary>
    public ReadOnlySpan<byte> Protected { get; private init; }

    /// <summary>The payload as it was signed, without the head of its byte string.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The signature, 64 octets: r, then s (RFC 9053 section 2.1).</summary>
    public ReadOnlySpan<byte> Signature { get; private init; }

    /// <summary>Tag 18 (COSE_Sign1), then the head of an array of four.</summary>
    private static ReadOnlySpan<byte> Start => [0xD2, 0x84];

    private static ReadOnlySpan<byte> EmptyMap => [0xA0];

    /// <summary>Reads a command at the start; octets behind it are left alone. Never throws, allocates nothing, takes the same time for any bytes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out CommandTrailer trailer)
    {
        trailer = default;
        var within = bytes[..Math.Min(bytes.Length, MaxSize)];
        var rest = within;
        if (!TryTake(ref rest, Start) || !TryTakeString(ref rest, out var header)
            || !TryTake(ref rest, EmptyMap) || !TryTakeString(ref rest, out var payload)
            || !TryTakeString(ref rest, out var signature) || signature.Length != SignatureSize) return false;

        trailer = new CommandTrailer { Bytes = within[..^rest.Length], Protected = header, Payload = payload, Signature = signature };
        return true;
    }

    /// <summary>Whether this was a command before it was cut or damaged: both octets of the start stand here, or one of them and enough behind it.</summary>
    internal static bool IsRemnant(ReadOnlySpan<byte> bytes, int tailLength) =>
        bytes.StartsWith(Start) || (tailLength >= MinSize && (bytes[0] == Start[0] || bytes[1] == Start[1]));

    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected)) return false;
        rest = rest[expected.Length..];
        return true;
    }

    /// <summary>Takes a byte string of definite length (RFC 8949 section 3): heads 0x40 to 0x57 hold the length, after 0x58 and 0x59 it follows.</summary>
    private static bool TryTakeString(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> content)
    {
        content = default;
        var (head, length, least) = rest switch
        {
            [var first and >= 0x40 and <= 0x57, ..] => (1, first - 0x40, 0),
            [0x58, var octet, ..] => (2, octet, 24),
            [0x59, _, _, ..] => (3, BinaryPrimitives.ReadUInt16BigEndian(rest[1..]), 256),
            _ => (0, 0, 1),
        };
        if (length < least || rest.Length - head < length) return false;

        content = rest.Slice(head, length);
        rest = rest[(head + length)..];
        return true;
    }
}
