using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Proofs;

/// <summary>What a sender asks for and signs: the payload of a COSE_Sign1 that follows a magic packet (docs/signed-commands.md).</summary>
public sealed class SignedCommand
{
    /// <summary>Octets in the longest key id.</summary>
    public const int MaxKeyIdSize = 32;

    /// <summary>The most parameters of one command.</summary>
    public const int MaxParameters = 32;

    internal const int MinNonceSize = 8;
    internal const int MaxNonceSize = 32;
    internal const int MaxNameSize = 253;

    /// <summary>What is to be done; one of the five verbs.</summary>
    public required WakeAction Action { get; init; }

    /// <summary>Whose address it is done to: the one the magic packet calls.</summary>
    public required MacAddress Target { get; init; }

    /// <summary>When the sender made it, by its own clock; whole milliseconds since 1970.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Tells two otherwise equal commands apart: 8 to 32 octets, 16 fresh random ones if not set.</summary>
    public ReadOnlyMemory<byte> Nonce { get; init; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>The node a machine is to be moved to; 1 to 253 octets of UTF-8, or null.</summary>
    public string? NodeName { get; init; }

    /// <summary>The WakeTemplate to make a machine from; 1 to 253 octets of UTF-8, or null.</summary>
    public string? Template { get; init; }

    /// <summary>Values for the template's parameters, 32 at the most.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The bytes to put behind the magic packet. Throws where the key is not on P-256, a value is out of its bounds or the whole is longer than 1024 octets.</summary>
    public byte[] Sign(ECDsa key, string keyId)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(keyId);
        if (!SigningKeys.IsP256(key)) throw new ArgumentException("ES256 signs with a key on P-256.", nameof(key));
        var kid = Encoding.UTF8.GetBytes(keyId);
        if (kid.Length is 0 or > MaxKeyIdSize)
            throw new ArgumentException($"A key id has 1 to {MaxKeyIdSize} octets, not {kid.Length}.", nameof(keyId));

        var signer = new CoseSigner(key, HashAlgorithmName.SHA256);
        signer.ProtectedHeaders.Add(CoseHeaderLabel.KeyIdentifier, kid);
        var bytes = CoseSign1Message.SignEmbedded(CommandPayload.Write(this), signer, ReadOnlySpan<byte>.Empty);
        return bytes.Length <= CommandTrailer.MaxSize
            ? bytes
            : throw new InvalidOperationException($"The command has {bytes.Length} octets; {CommandTrailer.MaxSize} are the most.");
    }
}
