using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KubeWol.Proofs;

/// <summary>Reads the public keys of a policy.</summary>
public static class SigningKeys
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string EcPublicKey = "1.2.840.10045.2.1";

    /// <summary>One ECDSA public key on P-256 in PEM and nothing else; otherwise a clause that says why not. The caller disposes of the key.</summary>
    public static bool TryReadPublic(string pem, [NotNullWhen(true)] out ECDsa? key, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(pem);
        key = null;
        why = Check(pem, out var der) ?? Import(der, out key);
        return why is null;
    }

    internal static bool IsP256(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid.Value: P256 };

    private static string? Check(string pem, out byte[] der)
    {
        der = [];
        if (pem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return "it is a private key, which belongs to the sender alone: replace it at the sender, since it was shown, and put its public part here (openssl pkey -in key.pem -pubout)";
        if (!PemEncoding.TryFind(pem, out var fields)) return "it is not PEM: it must begin with -----BEGIN PUBLIC KEY-----, end with -----END PUBLIC KEY----- and hold base64 between";
        if (pem[fields.Label] is not "PUBLIC KEY" and var label)
            return $"it is a {label} and not a PUBLIC KEY (openssl x509 -pubkey takes the key out of a certificate)";
        if (pem.AsSpan(fields.Location.End.Value).Contains("-----BEGIN", StringComparison.Ordinal)) return "there is more than one key in it: give each an entry of its own";

        der = Convert.FromBase64String(pem[fields.Base64Data]);
        return null;
    }

    private static string? Import(byte[] der, out ECDsa? key)
    {
        key = null;
        try
        {
            var read = PublicKey.CreateFromSubjectPublicKeyInfo(der, out var length);
            if (length < der.Length) return "octets follow the key inside its base64";
            if (read.Oid.Value != EcPublicKey) return $"it is a key for {read.Oid.FriendlyName ?? read.Oid.Value}; it must be one for ECDSA on P-256 (openssl ecparam -name prime256v1 -genkey)";

            key = read.GetECDsaPublicKey();
            if (key is not null && IsP256(key)) return null;
            key?.Dispose();
            key = null;
            return "it is not on the curve P-256 (also called prime256v1 and secp256r1), which ES256 needs";
        }
        catch (CryptographicException)
        {
            return "what stands between BEGIN and END is not a public key, or is damaged";
        }
    }
}
