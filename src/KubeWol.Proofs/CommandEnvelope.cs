using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using System.Text.Unicode;
using KubeWol.Protocol;

namespace KubeWol.Proofs;

/// <summary>A command as it came: whose key it says it was signed with. Nothing it says is true before TryVerify says so.</summary>
public sealed class CommandEnvelope
{
    private readonly byte[] _bytes;
    private readonly byte[] _payload;

    private CommandEnvelope(in CommandTrailer trailer, string keyId)
    {
        KeyId = keyId;
        SignedOctetsDigest = Convert.ToHexStringLower(DigestOf(trailer));
        _bytes = trailer.Bytes.ToArray();
        _payload = trailer.Payload.ToArray();
    }

    /// <summary>The name of the key; 1 to 32 octets of UTF-8.</summary>
    public string KeyId { get; }

    /// <summary>What DigestOf gives, as 64 lower-case hex digits.</summary>
    public string SignedOctetsDigest { get; }

    /// <summary>What identifies the message: SHA-256 over the protected header and the payload as they were signed, 32 octets.</summary>
    /// <remarks>Without the signature: whoever hears one can make others for the same octets (r, n - s), and it would be another message each time.</remarks>
    public static byte[] DigestOf(scoped in CommandTrailer trailer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(trailer.Protected);
        hash.AppendData(trailer.Payload);
        return hash.GetHashAndReset();
    }

    /// <summary>Reads all but the payload: exactly one command, nothing behind it. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CommandEnvelope? envelope, out CommandProblem problem)
    {
        envelope = null;
        problem = CommandProblem.Damaged;
        if (!CommandTrailer.TryParse(bytes, out var trailer) || trailer.Bytes.Length < bytes.Length) return false;

        problem = ReadHeader(trailer.Protected, out var keyId);
        if (problem != CommandProblem.None) return false;

        envelope = new CommandEnvelope(trailer, keyId);
        return true;
    }

    /// <summary>What it says, checked by nobody: for words alone, never to act on. Null where it cannot be read.</summary>
    public SignedCommand? Claims() => CommandPayload.Read(_payload, out var command) == CommandProblem.None ? command : null;

    /// <summary>Checks the signature with a key from SigningKeys, and only then reads what was signed. Whether it is fresh, and said once, the caller judges.</summary>
    public bool TryVerify(ECDsa publicKey, [NotNullWhen(true)] out SignedCommand? command, out CommandProblem problem)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        command = null;
        problem = CommandProblem.BadSignature;
        if (!CoseMessage.DecodeSign1(_bytes).VerifyEmbedded(publicKey, ReadOnlySpan<byte>.Empty)) return false;

        problem = CommandPayload.Read(_payload, out command);
        return command is not null;
    }

    /// <summary>The map {1: -7, 4: key id} in either order. By hand, because anybody can send one: nothing here can throw or be nested.</summary>
    private static CommandProblem ReadHeader(ReadOnlySpan<byte> header, out string keyId)
    {
        keyId = "";
        if (header is not [0xA2, .. var rest]) return CommandProblem.MalformedHeader;

        var isEs256 = false;
        var id = ReadOnlySpan<byte>.Empty;
        while (!rest.IsEmpty)
        {
            var taken = 0;
            switch (rest)
            {
                case [0x01, 0x26, ..] when !isEs256:
                    isEs256 = true;
                    taken = 2;
                    break;
                case [0x01, not 0x26, ..]:
                    return CommandProblem.WrongAlgorithm;
                case [0x04, var head and > 0x40 and <= 0x57, ..] when id.IsEmpty && rest.Length - 2 >= head - 0x40:
                    id = rest.Slice(2, head - 0x40);
                    taken = 2 + id.Length;
                    break;
                case [0x04, 0x58, var length and >= 24 and <= SignedCommand.MaxKeyIdSize, ..] when id.IsEmpty && rest.Length - 3 >= length:
                    id = rest.Slice(3, length);
                    taken = 3 + id.Length;
                    break;
                default:
                    return CommandProblem.MalformedHeader;
            }
            rest = rest[taken..];
        }
        if (!isEs256 || id.IsEmpty || !Utf8.IsValid(id)) return CommandProblem.MalformedHeader;

        // It is shown to people, in whatever they read statuses and logs with.
        keyId = Encoding.UTF8.GetString(id);
        return keyId.Any(char.IsControl) ? CommandProblem.MalformedHeader : CommandProblem.None;
    }
}
