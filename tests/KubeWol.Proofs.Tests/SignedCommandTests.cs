using System.Numerics;
using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Proofs.Tests;

public sealed class SignedCommandTests
{
    [Theory]
    [InlineData(WakeAction.Wake)]
    [InlineData(WakeAction.Sleep)]
    [InlineData(WakeAction.Move)]
    [InlineData(WakeAction.Instantiate)]
    [InlineData(WakeAction.Destroy)]
    public void A_command_of_each_verb_is_verified_and_read_as_it_was_signed(WakeAction action)
    {
        var command = new SignedCommand { Action = action, Target = Some.Target, IssuedAt = Some.Noon };
        var read = Verified(command.Sign(Some.Key, Some.KeyId));
        Assert.Equal((action, Some.Target, Some.Noon), (read.Action, read.Target, read.IssuedAt));
        Assert.Equal(command.Nonce, read.Nonce);
        Assert.Equal((null, null), (read.NodeName, read.Template));
        Assert.Empty(read.Parameters);
    }

    [Fact]
    public void Every_field_is_read_as_it_was_signed()
    {
        var command = Some.FullCommand();
        var read = Verified(command.Sign(Some.Key, Some.KeyId));
        Assert.Equal(("node-b.example.org", "small"), (read.NodeName, read.Template));
        Assert.Equal(command.Parameters, read.Parameters);
        Assert.Equal(command.Nonce, read.Nonce);
    }

    [Fact]
    public void Each_command_has_a_nonce_of_its_own_and_so_another_identity()
    {
        Assert.NotEqual(Some.Command().Nonce, Some.Command().Nonce);
        Assert.NotEqual(Envelope(Some.Command().Sign(Some.Key, Some.KeyId)).SignedOctetsDigest, Envelope(Some.Command().Sign(Some.Key, Some.KeyId)).SignedOctetsDigest);
    }

    [Fact]
    public void A_command_signed_twice_has_two_signatures_and_one_identity()
    {
        var command = Some.Command();
        var (first, second) = (command.Sign(Some.Key, Some.KeyId), command.Sign(Some.Key, Some.KeyId));
        Assert.NotEqual(first, second);
        Assert.Equal(Envelope(first).SignedOctetsDigest, Envelope(second).SignedOctetsDigest);
    }

    /// <summary>With a signature (r, s) comes another, (r, n - s), that anybody can make. It must not make another message.</summary>
    [Fact]
    public void A_signature_altered_without_the_key_leaves_the_identity_as_it_was()
    {
        var bytes = Some.Command().Sign(Some.Key, Some.KeyId);
        var order = Number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var s = new BigInteger(bytes.AsSpan(^32), isUnsigned: true, isBigEndian: true);
        var other = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] altered = [.. bytes[..^32], .. new byte[32 - other.Length], .. other];

        Assert.True(Envelope(altered).TryVerify(Some.Key, out _, out _));
        Assert.Equal(Envelope(bytes).SignedOctetsDigest, Envelope(altered).SignedOctetsDigest);

        static BigInteger Number(string hex) => new(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
    }

    [Fact]
    public void The_identity_is_the_digest_of_the_header_and_the_payload_as_signed()
    {
        byte[] payload = [0xA0];
        var digest = SHA256.HashData([.. Convert.FromHexString("a2012604486f70732d32303236"), .. payload]);
        Assert.Equal(Convert.ToHexStringLower(digest), Envelope(Some.Signed(payload)).SignedOctetsDigest);
    }

    [Fact]
    public void A_frame_with_a_command_stays_small()
    {
        Assert.Equal(126, Some.Command().Sign(Some.Key, Some.KeyId).Length);
        Assert.InRange(Some.Frame(Some.FullCommand().Sign(Some.Key, Some.KeyId), new byte[6]).Length, 0, 400);
    }

    [Fact]
    public void Only_P256_signs()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => Some.Command().Sign(key, Some.KeyId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a key id that is longer than it may be")]
    public void A_key_id_has_1_to_32_octets(string keyId) => Assert.Throws<ArgumentException>(() => Some.Command().Sign(Some.Key, keyId));

    public static TheoryData<string, SignedCommand> Impossible => new()
    {
        { "no verb", With(action: WakeAction.Unknown) },
        { "a short nonce", With(nonce: 7) },
        { "a long nonce", With(nonce: 33) },
        { "no node", With(node: "") },
        { "a long node", With(node: new string('n', 254)) },
        { "a long node in octets", With(node: new string('ß', 127)) },
        { "no template", With(template: "") },
        { "before 1970", With(issuedAt: DateTimeOffset.UnixEpoch.AddMilliseconds(-1)) },
        { "33 parameters", With(parameters: Enumerable.Range(0, 33).ToDictionary(n => $"{n}", n => "")) },
        { "more than 1024 octets", With(parameters: new() { ["value"] = new string('v', 900) }) },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_would_be_refused_is_not_signed(string what, SignedCommand command) =>
        Assert.True(Record.Exception(() => command.Sign(Some.Key, Some.KeyId)) is InvalidOperationException, what);

    private static SignedCommand With(
        WakeAction action = WakeAction.Wake, int nonce = 16, string? node = null, string? template = null,
        DateTimeOffset? issuedAt = null, Dictionary<string, string>? parameters = null) => new()
        {
            Action = action,
            Target = Some.Target,
            IssuedAt = issuedAt ?? Some.Noon,
            Nonce = new byte[nonce],
            NodeName = node,
            Template = template,
            Parameters = parameters ?? [],
        };

    private static CommandEnvelope Envelope(byte[] bytes)
    {
        Assert.True(CommandEnvelope.TryParse(bytes, out var envelope, out var problem), $"{problem}");
        return envelope;
    }

    private static SignedCommand Verified(byte[] bytes)
    {
        var envelope = Envelope(bytes);
        Assert.Equal(Some.KeyId, envelope.KeyId);
        Assert.True(envelope.TryVerify(Some.Key, out var command, out var problem), $"{problem}");
        Assert.Equal("verified", Some.Hear(Some.Frame(bytes), Some.Key, out _));
        return command;
    }
}
