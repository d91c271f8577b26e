using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Tests.World;
using KubeWol.Proofs;
using KubeWol.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>Signed commands before the operator: whose, for whom, how fresh, and once.</summary>
public sealed class CommandProofsTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ResourceCache<WakeRequest> _requests = new();
    private readonly FakeTimeProvider _time = new(Some.Noon);
    private readonly CommandProofs _proofs;
    private readonly SignedProof _proof;
    private int _names;

    public CommandProofsTests()
    {
        _proofs = new(_requests, _time);
        _proof = Known(("laptop", _key));
    }

    public void Dispose()
    {
        _key.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public void A_fresh_command_of_a_known_key_counts()
    {
        var verdict = Verify(Heard(Command(WakeAction.Sleep)));

        Assert.Null(verdict.Refusal);
        Assert.Equal(WakeAction.Sleep, verdict.Command!.Action);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-90, true)] // 60 s of age and 30 s of skew
    [InlineData(-90.2, false)]
    [InlineData(30, true)]
    [InlineData(30.2, false)]
    [InlineData(-86_400, false)]
    public void A_command_counts_for_its_time(double madeSecondsAfterItWasHeard, bool counts) =>
        Assert.Equal(counts ? null : WakeReason.StaleCommand, Verify(Heard(Command(madeAt: Some.Noon.AddSeconds(madeSecondsAfterItWasHeard)))).Refusal);

    [Fact]
    public void How_long_is_the_policys_choice()
    {
        var heard = Heard(Command(madeAt: Some.Noon.AddSeconds(-6)));

        Assert.Equal(WakeReason.StaleCommand, _proofs.Verify(heard, _proof with { MaxAgeSeconds = 5, ClockSkewSeconds = 0 }).Refusal);
        Assert.Null(_proofs.Verify(heard, _proof with { MaxAgeSeconds = 6, ClockSkewSeconds = 0 }).Refusal);
    }

    [Fact]
    public void A_node_cannot_make_an_old_command_young()
    {
        var made = Some.Noon.AddHours(-1);
        var late = Heard(Command(madeAt: made), capturedAt: made, createdAt: Some.Noon); // as if it had been heard an hour ago

        Assert.Equal(WakeReason.StaleCommand, Verify(late).Refusal);
    }

    [Fact]
    public void A_command_that_waited_for_the_API_server_is_as_fresh_as_when_it_was_heard() =>
        Assert.Null(Verify(Heard(Command(), createdAt: Some.Noon.AddMinutes(4))).Refusal);

    [Fact]
    public void The_same_command_counts_once()
    {
        var command = Command();
        var (first, again) = (Heard(command), Heard(command, capturedAt: Some.Noon.AddSeconds(5)));

        Assert.Null(Verify(first).Refusal);
        Assert.Equal(WakeReason.ReplayedCommand, Verify(again).Refusal);
        Assert.Null(Verify(first).Refusal); // and goes on to count for the one it counted for
    }

    [Fact]
    public void A_command_is_remembered_when_its_request_is_deleted()
    {
        var command = Command();
        var (first, again) = (Heard(command), Heard(command, capturedAt: Some.Noon.AddSeconds(5)));
        _proofs.Verify(first, _proof);
        _proofs.Remember(first, _proof);
        _requests.Remove(ControllerRuntime.ResourceKey.Of(first));

        var verdict = Verify(again);
        Assert.Equal((WakeReason.ReplayedCommand, "the command was carried out before, for WakeRequest that was deleted since"), (verdict.Refusal, verdict.Words));
    }

    [Fact]
    public void Another_signature_of_the_same_octets_is_the_same_command()
    {
        // Every signature (r, s) has a twin (r, n - s), which anybody can compute.
        var command = Command();
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        var twin = (byte[])command.Clone();
        var s = new System.Numerics.BigInteger(order, isUnsigned: true, isBigEndian: true) - new System.Numerics.BigInteger(command.AsSpan(^32..), isUnsigned: true, isBigEndian: true);
        twin.AsSpan(^32..).Clear();
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(twin.AsSpan(twin.Length - bytes.Length));
        var (first, again) = (Heard(command), Heard(twin, capturedAt: Some.Noon.AddSeconds(1)));

        Assert.Null(Verify(first).Refusal);
        Assert.Equal(WakeReason.ReplayedCommand, Verify(again).Refusal);
    }

    [Fact]
    public void A_forged_copy_that_came_first_does_not_shut_the_right_one_out()
    {
        var command = Command();
        var forged = (byte[])command.Clone();
        forged[^1] ^= 1;
        var (first, right) = (Heard(forged), Heard(command, capturedAt: Some.Noon.AddMilliseconds(5)));

        Assert.Equal(WakeReason.BadSignature, Verify(first).Refusal);
        Assert.Null(Verify(right).Refusal);
    }

    [Fact]
    public void A_copy_that_was_heard_where_it_does_not_count_uses_nothing_up()
    {
        FrameOrigin[] fromNodeB = [new() { Nodes = ["node-b"] }];
        var command = Command();
        var elsewhere = Heard(command);
        var there = Heard(command, capturedAt: Some.Noon.AddMilliseconds(2));
        there = there with { Spec = there.Spec with { Frame = there.Spec.Frame! with { Node = "node-b" } } };
        _requests.Set(there);

        Assert.Null(_proofs.Verify(there, _proof, fromNodeB).Refusal);
        Assert.Null(_proofs.Verify(elsewhere, _proof).Refusal); // a policy that takes frames from anywhere takes the first
        Assert.Equal(WakeReason.ReplayedCommand, _proofs.Verify(there, _proof).Refusal);
    }

    [Fact]
    public void A_copy_around_which_another_machine_is_called_uses_nothing_up()
    {
        var command = Command();
        var other = Heard(command);
        _requests.Set(other with { Metadata = other.Metadata with { ResourceVersion = Some.NextVersion() }, Spec = other.Spec with { Target = new() { MacAddress = "52:54:00:00:00:99" } } });

        Assert.Null(Verify(Heard(command, capturedAt: Some.Noon.AddMilliseconds(2))).Refusal);
    }

    [Fact]
    public void Keys_can_be_exchanged_one_by_one()
    {
        var both = Known(("laptop", _key), ("laptop-2027", _stranger));

        Assert.Null(_proofs.Verify(Heard(Command()), both).Refusal);
        Assert.Null(_proofs.Verify(Heard(Command(key: _stranger, keyId: "laptop-2027")), both).Refusal);
        Assert.Equal(WakeReason.BadSignature, _proofs.Verify(Heard(Command()), Known(("laptop-2027", _stranger))).Refusal);
    }

    [Fact]
    public void Who_is_refused_reads_why()
    {
        var other = Heard(Command()) with { Spec = new() { Target = new() { MacAddress = "52:54:00:00:00:99" }, Frame = Heard(Command()).Spec.Frame } };
        (CommandVerdict Verdict, string Words)[] cases =
        [
            (Verify(Heard(Command(key: _stranger))), "the command's signature is not right for the key it names"),
            (Verify(Heard(Command(keyId: "phone"))), "it does not know the key \"phone\" that the command names"),
            (Verify(other), "the command is for 52:54:00:12:34:56, and the packet around it calls 52:54:00:00:00:99"),
            (Verify(Heard(Command(madeAt: Some.Noon.AddSeconds(-100)))), "the command is 10 s too old"),
            (Verify(Heard(Command(madeAt: Some.Noon.AddSeconds(100)))), "the command is dated 70 s too far in the future: set the sender's clock"),
            (_proofs.Verify(Heard(Command()), new() { Keys = [new() { Id = "laptop", PublicKey = "-----BEGIN PUBLIC KEY-----" }] }), "its key \"laptop\" cannot be used: it is not PEM"),
        ];

        Assert.All(cases, c => Assert.StartsWith(c.Words, c.Verdict.Words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no base64 at all!")]
    [InlineData("")]
    [InlineData("0oRDoQEmoA==")]
    public void What_is_no_command_is_refused(string text)
    {
        var heard = Heard(Command());

        Assert.Equal(WakeReason.BadSignature, Verify(heard with { Spec = heard.Spec with { Frame = heard.Spec.Frame! with { Command = text } } }).Refusal);
    }

    private static SignedProof Known(params (string Id, ECDsa Key)[] keys) =>
        new() { Keys = [.. keys.Select(k => new SigningKey { Id = k.Id, PublicKey = k.Key.ExportSubjectPublicKeyInfoPem() })] };

    private CommandVerdict Verify(WakeRequest request) => _proofs.Verify(request, _proof);

    private byte[] Command(WakeAction action = WakeAction.Wake, DateTimeOffset? madeAt = null, ECDsa? key = null, string keyId = "laptop") =>
        new SignedCommand { Action = action, Target = MacAddress.Parse(Some.Mac, null), IssuedAt = madeAt ?? Some.Noon }.Sign(key ?? _key, keyId);

    private WakeRequest Heard(byte[] command, DateTimeOffset? capturedAt = null, DateTimeOffset? createdAt = null)
    {
        var heard = Some.Heard();
        heard = heard with
        {
            Metadata = heard.Metadata with { Name = $"heard-{++_names}", Uid = $"uid-{_names}", CreationTimestamp = createdAt ?? Some.Noon },
            Spec = heard.Spec with { Frame = heard.Spec.Frame! with { Command = Convert.ToBase64String(command), CapturedAt = capturedAt ?? Some.Noon } },
        };
        _requests.Set(heard);
        return heard;
    }
}
