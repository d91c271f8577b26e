using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace KubeWol.Proofs.SecureOn;

/// <summary>The public half of the operator's key: with it an agent seals passwords, and cannot open one.</summary>
public sealed class SealingKey : IDisposable
{
    private readonly byte[] _point;
    private readonly ECDiffieHellman _key;
    private readonly Lock _using = new(); // .NET promises of no key that two threads may use it at once

    private SealingKey(byte[] point, ECDiffieHellman key) => (_point, _key, Id) = (point, key, P256.IdOf(point));

    /// <summary>Its name, which follows from the key itself.</summary>
    public string Id { get; }

    /// <summary>Reads what <see cref="OpeningKey.PublicText"/> says: the point's octets in base64url.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SealingKey? key)
    {
        key = null;
        if (PasswordDigest.Octets(text, P256.PointSize) is not { } point) return false;
        try
        {
            key = new(point, P256.Import(point));
            return true;
        }
        catch (CryptographicException)
        {
            return false; // sixty-four octets, but no point of the curve
        }
    }

    /// <summary>A digest of a password (four or six octets) for one request, different each time. Keeps nothing of the password.</summary>
    public PasswordDigest Seal(in SealContext context, ReadOnlySpan<byte> password)
    {
        if (password.Length is not (4 or 6)) throw new ArgumentException("A SecureOn password has 4 or 6 octets.", nameof(password));
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = P256.PointOf(ephemeral);
        byte[] shared;
        lock (_using) shared = P256.SharedKey(ephemeral, _key, point, _point);
        var digest = new PasswordDigest(Id, point, P256.Mac(shared, context.Encode(), password));
        CryptographicOperations.ZeroMemory(shared);
        return digest;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
