using System.Security.Cryptography;
using System.Text;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;

namespace KubeWol.Proofs.Tests.SecureOn;

public sealed class PasswordDigestTests
{
    private static readonly SealContext Context = new(
        "wol-525400123456-fd3c5818a1", MacAddress.Parse("52:54:00:12:34:56"), "node-a", new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    private static readonly OpeningKey Key = OpeningKey.Create();
    private static readonly SealingKey Public = PublicOf(Key);

    [Theory]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    [InlineData("00000000")]
    [InlineData("FFFFFFFFFFFF")]
    public void The_operator_finds_the_password_among_its_own_and_no_other(string octets)
    {
        var password = Password(octets);
        var digest = Sealed(password);
        SecureOnPassword[] others = [Password("01020305"), Password("010203040507"), Password("010203040600"), Password("000000000000")];

        Assert.Equal(0, Key.Find(digest, Context, [password]));
        Assert.Equal(3, Key.Find(digest, Context, [.. others[..3], password, others[3], password]));
        Assert.Equal(-1, Key.Find(digest, Context, others));
        Assert.Equal(-1, Key.Find(digest, Context, []));
    }

    [Fact]
    public void Zeros_behind_a_password_make_another_one()
    {
        Assert.Equal(-1, Key.Find(Sealed(Password("01020304")), Context, [Password("010203040000")]));
        Assert.Equal(-1, Key.Find(Sealed(Password("010203040000")), Context, [Password("01020304")]));
    }

    [Theory]
    [InlineData("request")]
    [InlineData("target")]
    [InlineData("node")]
    [InlineData("time")]
    [InlineData("request and node moved against each other")]
    public void A_digest_is_worth_nothing_in_another_request(string changed)
    {
        var password = Password("01020304");
        var digest = Sealed(password);
        var other = changed switch
        {
            "request" => Context with { Request = "wol-525400123456-fd3c5818a2" },
            "target" => Context with { Target = MacAddress.Parse("52:54:00:12:34:57") },
            "node" => Context with { Node = "node-b" },
            "time" => Context with { CapturedAt = Context.CapturedAt.AddMicroseconds(1) },
            _ => Context with { Request = Context.Request[..^1], Node = "1" + Context.Node },
        };
        Assert.Equal(-1, Key.Find(digest, other, [password]));
    }

    [Fact]
    public void What_a_WakeRequest_says_of_the_time_is_enough()
    {
        var password = Password("01020304");
        var heard = Context with { CapturedAt = Context.CapturedAt.AddTicks(1_234_567).ToOffset(TimeSpan.FromHours(5.5)) };
        Assert.Equal(0, Key.Find(Sealed(password, heard), Context with { CapturedAt = Context.CapturedAt.AddMicroseconds(123_456) }, [password]));
    }

    [Fact]
    public void Another_key_cannot_read_it_and_says_so()
    {
        using var other = OpeningKey.Create();
        var password = Password("01020304");
        Assert.Null(other.Find(Sealed(password), Context, [password]));
        // A key of the same id cannot be made; but a digest can claim one.
        var claimed = Sealed(password).ToString().Replace(Key.Id, other.Id, StringComparison.Ordinal);
        Assert.True(PasswordDigest.TryParse(claimed, out var digest));
        Assert.Equal(-1, other.Find(digest, Context, [password]));
    }

    [Fact]
    public void A_digest_is_read_as_it_was_written_and_fits_a_WakeRequest()
    {
        var text = Sealed(Password("01020304")).ToString();
        Assert.True(PasswordDigest.TryParse(text, out var read));
        Assert.Equal(text, read.ToString());
        Assert.Equal(0, Key.Find(read, Context, [Password("01020304")]));
        Assert.StartsWith($"v1.{Key.Id}.", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 1, 256);
    }

    [Fact]
    public void A_digest_with_any_character_changed_taken_out_or_put_in_matches_nothing()
    {
        var password = Password("010203040506");
        var text = Sealed(password).ToString();
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var c in "ABab019_-.= \n")
            {
                if (c != text[i]) Refused($"{text[..i]}{c}{text[(i + 1)..]}");
                Refused($"{text[..i]}{c}{text[i..]}");
            }

            Refused(text.Remove(i, 1));
            Refused(text[..i]);
        }

        void Refused(string damaged)
        {
            if (damaged == text) return;
            var found = PasswordDigest.TryParse(damaged, out var digest) ? Key.Find(digest, Context, [password]) : null;
            Assert.True(found is null or -1, damaged);
        }
    }

    /// <summary>Each is new randomness; whoever has both learns nothing of whether the passwords are the same.</summary>
    [Fact]
    public void Two_digests_of_one_password_have_nothing_in_common_but_the_key()
    {
        var (one, two) = (Parts(Password("01020304")), Parts(Password("01020304")));
        Assert.Equal(one[..2], two[..2]);
        Assert.NotEqual(one[2], two[2]);
        Assert.NotEqual(one[3], two[3]);

        static string[] Parts(SecureOnPassword password) => Sealed(password).ToString().Split('.');
    }

    /// <summary>
    /// An attacker who reads WakeRequest and ConfigMap knows the digest, its context and the public key. Nothing that can be computed from these
    /// and the right password is the code, or would tell a right guess from a wrong one; the ephemeral private key, which nobody keeps, would.
    /// </summary>
    [Fact]
    public void A_right_guess_looks_like_a_wrong_one_to_who_has_only_what_is_public()
    {
        var password = Password("01020304");
        var digest = Sealed(password);
        var recipient = P256Point(Key);
        var context = Context.Encode();
        byte[][] publicKeys = [[], digest.Ephemeral, recipient, [.. digest.Ephemeral, .. recipient], [.. recipient, .. digest.Ephemeral], digest.Ephemeral[..32], recipient[..32], context, Encoding.UTF8.GetBytes(Key.Id)];
        foreach (var known in publicKeys)
        {
            byte[][] keys = [known, SHA256.HashData(known), .. known.Length == 0 ? [] : new[] { HKDF.DeriveKey(HashAlgorithmName.SHA256, known, 32, info: [.. "KubeWol SecureOn digest v1"u8, .. digest.Ephemeral, .. recipient]) }];
            foreach (var key in keys)
            {
                Assert.NotEqual(digest.Mac, P256.Mac(key, context, password.Octets));
                Assert.NotEqual(digest.Mac, P256.Mac(key, [], password.Octets));
            }
        }

        // With a key of one's own on the other end of the same exchange there is no match either.
        using var mine = OpeningKey.Create();
        Assert.True(PasswordDigest.TryParse(digest.ToString().Replace(Key.Id, mine.Id, StringComparison.Ordinal), out var claimed));
        Assert.Equal(-1, mine.Find(claimed, Context, [password]));
    }

    [Fact]
    public void An_ephemeral_key_that_is_no_point_of_the_curve_is_refused()
    {
        var parts = Sealed(Password("01020304")).ToString().Split('.');
        parts[2] = System.Buffers.Text.Base64Url.EncodeToString(new byte[64]);
        Assert.True(PasswordDigest.TryParse(string.Join('.', parts), out var digest));
        Assert.Null(Key.Find(digest, Context, [Password("01020304")]));
    }

    [Fact]
    public void A_key_survives_its_PEM()
    {
        Assert.True(OpeningKey.TryImport(Key.ExportPem(), out var again, out _));
        using (again)
        {
            Assert.Equal((Key.Id, Key.PublicText), (again.Id, again.PublicText));
            Assert.Equal(0, again.Find(Sealed(Password("01020304")), Context, [Password("01020304")]));
        }
    }

    [Fact]
    public void Every_usual_way_to_write_a_key_on_P256_is_read()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var pem in (string[])[made.ExportECPrivateKeyPem(), made.ExportPkcs8PrivateKeyPem(), made.ExportPkcs8PrivateKeyPem() + "\n"])
        {
            Assert.True(OpeningKey.TryImport(pem, out var key, out _));
            key.Dispose();
        }
    }

    [Theory]
    [InlineData("P-384", "it is not on the curve P-256 (prime256v1)")]
    [InlineData("public", "it is not the PEM of an unencrypted private key for elliptic curves")]
    [InlineData("RSA", "it is not the PEM of an unencrypted private key for elliptic curves")]
    [InlineData("encrypted", "it is not the PEM of an unencrypted private key for elliptic curves")]
    [InlineData("damaged", "it is not the PEM of an unencrypted private key for elliptic curves")]
    [InlineData("empty", "it is not the PEM of an unencrypted private key for elliptic curves")]
    public void What_is_no_private_key_on_P256_is_refused_in_a_sentence_that_quotes_nothing(string kind, string expected)
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        var pem = kind switch
        {
            "P-384" => p384.ExportPkcs8PrivateKeyPem(),
            "public" => p256.ExportSubjectPublicKeyInfoPem(),
            "RSA" => rsa.ExportPkcs8PrivateKeyPem(),
            "encrypted" => p256.ExportEncryptedPkcs8PrivateKeyPem("x", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)),
            "damaged" => p256.ExportPkcs8PrivateKeyPem().Replace('M', 'N'),
            _ => "",
        };
        Assert.False(OpeningKey.TryImport(pem, out _, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("!!!!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_public_key_is_refused(string text) => Assert.False(SealingKey.TryParse(text, out _));

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(7)]
    public void Only_passwords_are_sealed(int length) => Assert.Throws<ArgumentException>(() => Public.Seal(Context, new byte[length]));

    private static PasswordDigest Sealed(SecureOnPassword password) => Sealed(password, Context);

    private static PasswordDigest Sealed(SecureOnPassword password, SealContext context) => Public.Seal(context, password.Octets);

    private static SecureOnPassword Password(string hex) => SecureOnPassword.Of(Convert.FromHexString(hex));

    private static byte[] P256Point(OpeningKey key) => System.Buffers.Text.Base64Url.DecodeFromChars(key.PublicText);

    private static SealingKey PublicOf(OpeningKey key) => SealingKey.TryParse(key.PublicText, out var @public) ? @public : throw new InvalidOperationException("its own public half");
}
