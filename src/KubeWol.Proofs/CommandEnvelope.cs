using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using KubeWol.Protocol;

namespace KubeWol.Proofs;

/// <summary>A command as it came: whose key it says it was signed with. Nothing it says is true before TryVerify says so.</summary>
public sealed class CommandEnvelope
{
    private const int Es256 = -7;
    private const int AlgorithmLabel = 1, KeyIdLabel = 4;
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

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

        problem = ReadHeader(trailer.Protected.ToArray(), out var keyId);
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

    private static CommandProblem ReadHeader(ReadOnlyMemory<byte> header, out string keyId)
    {
        keyId = "";
        try
        {
            var reader = new CborReader(header, CborConformanceMode.Strict);
            if (reader.PeekState() != CborReaderState.StartMap || reader.ReadStartMap() != 2) return CommandProblem.MalformedHeader;
            for (var left = 2; left > 0; left--)
            {
                if (reader.PeekState() != CborReaderState.UnsignedInteger) return CommandProblem.MalformedHeader;
                switch ((reader.ReadUInt64(), reader.PeekState()))
                {
                    case (AlgorithmLabel, CborReaderState.NegativeInteger or CborReaderState.UnsignedInteger or CborReaderState.TextString):
                        if (reader.PeekState() != CborReaderState.NegativeInteger || reader.ReadCborNegativeIntegerRepresentation() != -1 - Es256)
                            return CommandProblem.WrongAlgorithm;
                        break;
                    case (KeyIdLabel, CborReaderState.ByteString):
                        keyId = StrictUtf8.GetString(reader.ReadByteString());
                        break;
                    default:
                        return CommandProblem.MalformedHeader;
                }
            }
            reader.ReadEndMap();
            return reader.BytesRemaining == 0 && Encoding.UTF8.GetByteCount(keyId) is > 0 and <= SignedCommand.MaxKeyIdSize
                ? CommandProblem.None
                : CommandProblem.MalformedHeader;
        }
        catch (Exception e) when (e is CborContentException or DecoderFallbackException)
        {
            return CommandProblem.MalformedHeader;
        }
    }
}
