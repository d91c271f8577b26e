using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace KubeWol.Proofs.SecureOn;

/// <summary>The operator's private key, which tells whether a digest was made from a password. It prints nothing of itself but its id.</summary>
public sealed class OpeningKey : IDisposable
{
    private readonly ECDiffieHellman _key;
    private readonly Lock _using = new(); // .NET promises of no key that two threads may use it at once
    private readonly byte[] _point;

    private OpeningKey(ECDiffieHellman key)
    {
        _key = key;
        _point = P256.PointOf(key);
        Id = P256.IdOf(_point);
    }

    /// <summary>Its name, which stands in every digest sealed for it.</summary>
    public string Id { get; }

    /// <summary>The public half, as <see cref="SealingKey.TryParse"/> reads it.</summary>
    public string PublicText => Base64Url.EncodeToString(_point);

    /// <summary>A new key.</summary>
    public static OpeningKey Create() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a private key in PEM (PKCS #8 or SEC 1), or says in a sentence why it cannot.</summary>
    public static bool TryImport(string pem, [NotNullWhen(true)] out OpeningKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = null;
        var read = ECDiffieHellman.Create();
        try
        {
            read.ImportFromPem(pem);
            _ = read.ExportParameters(true).D;
            if (P256.IsCurveOf(read)) key = new(read);
            else problem = "it is not on the curve P-256 (prime256v1)";
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            problem = "it is not the PEM of an unencrypted private key for elliptic curves"; // never in the library's words, which may quote what it read
        }

        if (key is null) read.Dispose();
        return key is not null;
    }

    /// <summary>The private key in PEM (PKCS #8).</summary>
    public string ExportPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>
    /// Which of the candidates the digest was made from, in this request: the first one's index, -1 for none, null for a digest that nobody sealed
    /// for this key. Takes the same time whichever it is.
    /// </summary>
    public int? Find(PasswordDigest digest, in SealContext context, IReadOnlyList<SecureOnPassword> candidates)
    {
        if (digest.KeyId != Id) return null;
        byte[] shared;
        try
        {
            using var ephemeral = P256.Import(digest.Ephemeral);
            lock (_using) shared = P256.SharedKey(_key, ephemeral, digest.Ephemeral, _point);
        }
        catch (CryptographicException)
        {
            return null; // no point of the curve
        }

        var encoded = context.Encode();
        var found = -1;
        for (var i = candidates.Count - 1; i >= 0; i--)
        {
            if (CryptographicOperations.FixedTimeEquals(P256.Mac(shared, encoded, candidates[i].Octets), digest.Mac)) found = i;
        }

        CryptographicOperations.ZeroMemory(shared);
        return found;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <inheritdoc/>
    public override string ToString() => Id;
}
