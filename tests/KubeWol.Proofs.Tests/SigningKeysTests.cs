using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KubeWol.Proofs.Tests;

public sealed class SigningKeysTests
{
    [Fact]
    public void A_public_key_on_P256_is_read_and_verifies_what_its_private_part_signed()
    {
        var pem = Some.Key.ExportSubjectPublicKeyInfoPem();
        foreach (var text in (string[])[pem, $"\n  {pem}\n", pem.ReplaceLineEndings("\r\n"), $"A comment, as openssl writes them\n{pem}"])
        {
            Assert.True(SigningKeys.TryReadPublic(text, out var key, out var why), why);
            using (key)
            {
                Assert.Equal("verified", Some.Hear(Some.Frame(Some.Command().Sign(Some.Key, Some.KeyId)), key, out _));
                Assert.Throws<CryptographicException>(() => key.ExportParameters(includePrivateParameters: true));
            }
        }
    }

    public static TheoryData<string, string> Wrong()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var brainpool = ECDsa.Create(ECCurve.NamedCurves.brainpoolP256r1);
        using var rsa = RSA.Create(2048);
        var certificate = new CertificateRequest("CN=sender", Some.Key, HashAlgorithmName.SHA256).CreateSelfSigned(Some.Noon, Some.Noon.AddDays(1));
        var der = Some.Key.ExportSubjectPublicKeyInfo();
        byte[] offCurve = [.. der];
        offCurve[^1] ^= 1;
        var pem = Some.Key.ExportSubjectPublicKeyInfoPem();
        return new()
        {
            { Some.Key.ExportPkcs8PrivateKeyPem(), "private key" },
            { Some.Key.ExportECPrivateKeyPem(), "private key" },
            { rsa.ExportRSAPrivateKeyPem(), "private key" },
            { pem + "\n" + Some.Key.ExportPkcs8PrivateKeyPem(), "private key" },
            { "-----BEGIN ENCRYPTED PRIVATE KEY-----", "private key" },
            { p384.ExportSubjectPublicKeyInfoPem(), "not on the curve P-256" },
            { brainpool.ExportSubjectPublicKeyInfoPem(), "not on the curve P-256" },
            { rsa.ExportSubjectPublicKeyInfoPem(), "a key for RSA" },
            { rsa.ExportRSAPublicKeyPem(), "RSA PUBLIC KEY" },
            { certificate.ExportCertificatePem(), "CERTIFICATE" },
            { pem + "\n" + pem, "more than one key" },
            { PemEncoding.WriteString("PUBLIC KEY", [.. der, 0]), "octets follow" },
            { PemEncoding.WriteString("PUBLIC KEY", der.AsSpan(..^1)), "not a public key, or is damaged" },
            { PemEncoding.WriteString("PUBLIC KEY", offCurve), "not a public key, or is damaged" },
            { PemEncoding.WriteString("PUBLIC KEY", [1, 2, 3]), "not a public key, or is damaged" },
            { PemEncoding.WriteString("PUBLIC KEY", []), "not a public key, or is damaged" },
            { "", "not PEM" },
            { "ops", "not PEM" },
            { pem[..^5], "not PEM" },
            { pem.Replace('A', '!'), "not PEM" },
            { Convert.ToBase64String(der), "not PEM" },
        };
    }

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Anything_else_is_refused_in_words_that_help(string text, string words)
    {
        Assert.False(SigningKeys.TryReadPublic(text, out var key, out var why));
        Assert.Null(key);
        Assert.Contains(words, why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_said_about_a_private_key_does_not_show_it()
    {
        var pem = Some.Key.ExportPkcs8PrivateKeyPem();
        Assert.False(SigningKeys.TryReadPublic(pem, out _, out var why));
        Assert.DoesNotContain(pem.Split('\n')[1], why, StringComparison.Ordinal);
    }
}
