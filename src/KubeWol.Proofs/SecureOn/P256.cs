using System.Buffers.Text;
using System.Security.Cryptography;

namespace KubeWol.Proofs.SecureOn;

/// <summary>The arithmetic that both ends of a digest share: points of the curve, their names, and the code over a password.</summary>
internal static class P256
{
    /// <summary>Octets of a point: x, then y.</summary>
    public const int PointSize = 2 * FieldSize;

    /// <summary>Octets of a key's id.</summary>
    public const int IdSize = 8;

    private const int FieldSize = 32;

    /// <summary>The curve's name in PKIX, by which a key tells what it is for.</summary>
    private const string Oid = "1.2.840.10045.3.1.7";

    public static bool IsCurveOf(ECDiffieHellman key) => key.ExportParameters(false).Curve.Oid?.Value == Oid;

    public static byte[] PointOf(ECDiffieHellman key)
    {
        var point = key.ExportParameters(false).Q;
        return [.. point.X!, .. point.Y!];
    }

    /// <summary>A key's id follows from the key: nobody can publish another one under it.</summary>
    public static string IdOf(ReadOnlySpan<byte> point) => Base64Url.EncodeToString(SHA256.HashData(point).AsSpan(0, IdSize));

    /// <exception cref="CryptographicException">It is not a point of the curve.</exception>
    public static ECDiffieHellman Import(byte[] point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new() { X = point[..FieldSize], Y = point[FieldSize..] },
    });

    /// <summary>What both ends know and nobody else: ECDH, then HKDF (RFC 5869) over all that was said in the open.</summary>
    public static byte[] SharedKey(ECDiffieHellman own, ECDiffieHellman other, ReadOnlySpan<byte> ephemeral, ReadOnlySpan<byte> recipient)
    {
        using var otherPublic = other.PublicKey;
        var secret = own.DeriveRawSecretAgreement(otherPublic);
        byte[] info = [.. "KubeWol SecureOn digest v1"u8, .. ephemeral, .. recipient];
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, SHA256.HashSizeInBytes, info: info);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>HMAC-SHA256 over the context and the password, which is the last part and thus needs no length.</summary>
    public static byte[] Mac(byte[] key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> password)
    {
        Span<byte> message = stackalloc byte[context.Length + password.Length];
        context.CopyTo(message);
        password.CopyTo(message[context.Length..]);
        var mac = HMACSHA256.HashData(key, message);
        CryptographicOperations.ZeroMemory(message);
        return mac;
    }
}
