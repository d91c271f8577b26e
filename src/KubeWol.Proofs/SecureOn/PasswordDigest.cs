using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace KubeWol.Proofs.SecureOn;

/// <summary>
/// What a WakeRequest says of a frame's password: <c>v1.KEY-ID.EPHEMERAL-KEY.MAC</c>, each part in base64url. Only who has the private key of
/// that id can tell whether it was made from a certain password (docs/design/secureon.md).
/// </summary>
public sealed class PasswordDigest
{
    private const string Version = "v1";
    private static readonly int IdLength = Base64Url.GetEncodedLength(P256.IdSize);

    private readonly string _text;

    private PasswordDigest(string text, string keyId, byte[] ephemeral, byte[] mac) => (_text, KeyId, Ephemeral, Mac) = (text, keyId, ephemeral, mac);

    internal PasswordDigest(string keyId, byte[] ephemeral, byte[] mac)
        : this(string.Join('.', Version, keyId, Base64Url.EncodeToString(ephemeral), Base64Url.EncodeToString(mac)), keyId, ephemeral, mac)
    {
    }

    /// <summary>The key it was sealed for.</summary>
    public string KeyId { get; }

    internal byte[] Ephemeral { get; }

    internal byte[] Mac { get; }

    /// <summary>Reads what ToString wrote, and nothing that is only nearly that.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PasswordDigest? digest)
    {
        digest = text.Split('.') is [Version, var keyId, var ephemeral, var mac] && keyId.Length == IdLength
            && Octets(ephemeral, P256.PointSize) is { } point && Octets(mac, SHA256.HashSizeInBytes) is { } code
                ? new(keyId, point, code)
                : null;
        // Base64 has several spellings for some octets; of a digest there is one.
        if (digest?._text != text) digest = null;
        return digest is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>Just so many octets in base64url, or null.</summary>
    internal static byte[]? Octets(string text, int size)
    {
        var octets = new byte[size];
        return text.Length == Base64Url.GetEncodedLength(size) && Base64Url.DecodeFromChars(text, octets, out _, out var written) == OperationStatus.Done && written == size ? octets : null;
    }
}
