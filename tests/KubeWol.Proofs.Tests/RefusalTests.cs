using System.Security.Cryptography;
using KubeWol.Protocol;

namespace KubeWol.Proofs.Tests;

/// <summary>Commands that are wrong in one way each; payloads are signed with the right key, so that nothing but the payload is at fault.</summary>
public sealed class RefusalTests
{
    /// <summary>Version 1, Wake, 52:54:00:12:34:56, noon, a nonce of eight octets: without the map's head.</summary>
    private const string Fields = "0101 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708";

    [Theory]
    [InlineData("nothing", "")]
    [InlineData("a number", "01")]
    [InlineData("an array", "80")]
    [InlineData("an empty map", "a0")]
    [InlineData("a map without a length", "bf 0101 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708 ff")]
    [InlineData("a map that claims more than there is", $"a6 {Fields}")]
    [InlineData("a map of far too many", "bb7fffffffffffffff 0101")]
    [InlineData("octets behind the map", $"a5 {Fields} 00")]
    [InlineData("a field twice", $"a6 {Fields} 0101")]
    [InlineData("a key that is text", $"a6 {Fields} 616100")]
    [InlineData("a key that is negative", $"a6 {Fields} 2000")]
    [InlineData("a version that is text", "a5 016131 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("a verb that is text", "a5 0101 026457616b65 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("a verb that is negative", "a5 0101 0220 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("an address of five octets", "a5 0101 0201 03455254001234 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("an address of seven octets", "a5 0101 0201 034752540012345678 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("an address that is text", "a5 0101 0201 0366525400123456 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("an address in parts", "a5 0101 0201 035f46525400123456ff 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("a time before 1970", "a5 0101 0201 0346525400123456 0420 05480102030405060708")]
    [InlineData("a time that is a fraction", "a5 0101 0201 0346525400123456 04fb41d954fc40000000 05480102030405060708")]
    [InlineData("a time after all times", "a5 0101 0201 0346525400123456 041bffffffffffffffff 05480102030405060708")]
    [InlineData("a tagged time", "a5 0101 0201 0346525400123456 04c11a65000000 05480102030405060708")]
    [InlineData("a nonce of seven octets", "a5 0101 0201 0346525400123456 041b0000019b0c5f3c7b 054701020304050607")]
    [InlineData("a nonce of 33 octets", "a5 0101 0201 0346525400123456 041b0000019b0c5f3c7b 055821000000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("a nonce that claims four gigabytes", "a5 0101 0201 0346525400123456 041b0000019b0c5f3c7b 055affffffff01")]
    [InlineData("a node without a name", $"a6 {Fields} 0660")]
    [InlineData("a node in octets", $"a6 {Fields} 064161")]
    [InlineData("a node that is not UTF-8", $"a6 {Fields} 0661ff")]
    [InlineData("a template without a name", $"a6 {Fields} 0760")]
    [InlineData("parameters in an array", $"a6 {Fields} 0880")]
    [InlineData("parameters without a length", $"a6 {Fields} 08bfff")]
    [InlineData("a parameter that is a number", $"a6 {Fields} 08a1616101")]
    [InlineData("a parameter whose name is a number", $"a6 {Fields} 08a1016161")]
    [InlineData("a parameter twice", $"a6 {Fields} 08a2616161626161 6163")]
    [InlineData("a parameter that is a map", $"a6 {Fields} 08a16161a0")]
    [InlineData("more parameters than there may be", $"a6 {Fields} 08b821")]
    [InlineData("null in place of a field", $"a6 {Fields} 06f6")]
    public void A_signed_payload_that_breaks_the_rules_is_malformed(string what, string hex) => Refused(what, hex, CommandProblem.MalformedPayload);

    [Theory]
    [InlineData("version 2", "a5 0102 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.UnknownVersion)]
    [InlineData("version 0", "a5 0100 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.UnknownVersion)]
    [InlineData("verb 0", "a5 0101 0200 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.UnknownVerb)]
    [InlineData("verb 6", "a5 0101 0206 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.UnknownVerb)]
    [InlineData("verb 2^64 - 1", "a5 0101 021bffffffffffffffff 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.UnknownVerb)]
    [InlineData("field 0", $"a6 {Fields} 0001", CommandProblem.UnknownField)]
    [InlineData("field 9", $"a6 {Fields} 0901", CommandProblem.UnknownField)]
    [InlineData("a field that is nested deeply", $"a6 {Fields} 09818181818181", CommandProblem.UnknownField)]
    [InlineData("no version", "a4 0201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.MissingField)]
    [InlineData("no verb", "a4 0101 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.MissingField)]
    [InlineData("no address", "a4 0101 0201 041b0000019b0c5f3c7b 05480102030405060708", CommandProblem.MissingField)]
    [InlineData("no time", "a4 0101 0201 0346525400123456 05480102030405060708", CommandProblem.MissingField)]
    [InlineData("no nonce", "a4 0101 0201 0346525400123456 041b0000019b0c5f3c7b", CommandProblem.MissingField)]
    public void A_signed_payload_that_is_not_ours_is_told_apart(string what, string hex, CommandProblem expected) => Refused(what, hex, expected);

    [Theory]
    [InlineData("nothing else", $"a5 {Fields}")]
    [InlineData("the fields in another order", "a5 05480102030405060708 041b0000019b0c5f3c7b 0346525400123456 0201 0101")]
    [InlineData("numbers in a longer form", "a5 180118010201 0346525400123456 041b0000019b0c5f3c7b 05480102030405060708")]
    [InlineData("no parameters", $"a6 {Fields} 08a0")]
    public void What_only_looks_unusual_is_read(string what, string hex) =>
        Assert.True("verified" == Some.Hear(Some.Frame(Some.Signed(Bytes(hex))), Some.Key, out _), what);

    [Theory]
    [InlineData("nothing", "", CommandProblem.MalformedHeader)]
    [InlineData("an empty map", "a0", CommandProblem.MalformedHeader)]
    [InlineData("no key id", "a10126", CommandProblem.MalformedHeader)]
    [InlineData("no algorithm", "a104486f70732d32303236", CommandProblem.MalformedHeader)]
    [InlineData("the algorithm twice", "a201260126", CommandProblem.MalformedHeader)]
    [InlineData("the key id twice", "a20441610441 61", CommandProblem.MalformedHeader)]
    [InlineData("a third entry", "a3012604416103183c", CommandProblem.MalformedHeader)]
    [InlineData("octets behind", "a201260441610000", CommandProblem.MalformedHeader)]
    [InlineData("a critical header", "a2012602810a", CommandProblem.MalformedHeader)]
    [InlineData("a key id that is text", "a20126046161", CommandProblem.MalformedHeader)]
    [InlineData("a key id of no octets", "a201260440", CommandProblem.MalformedHeader)]
    [InlineData("a key id of 33 octets", "a20126045821616161616161616161616161616161616161616161616161616161616161616161", CommandProblem.MalformedHeader)]
    [InlineData("a key id that is cut", "a20126045820", CommandProblem.MalformedHeader)]
    [InlineData("a key id that is not UTF-8", "a201260442c328", CommandProblem.MalformedHeader)]
    [InlineData("a key id with a line feed", "a201260442610a", CommandProblem.MalformedHeader)]
    [InlineData("a map without a length", "bf01260441 61ff", CommandProblem.MalformedHeader)]
    [InlineData("ES384", "a2013822044161", CommandProblem.WrongAlgorithm)]
    [InlineData("EdDSA", "a20127044161", CommandProblem.WrongAlgorithm)]
    [InlineData("HMAC", "a20105044161", CommandProblem.WrongAlgorithm)]
    [InlineData("an algorithm by name", "a2016545533235 36044161", CommandProblem.WrongAlgorithm)]
    [InlineData("an algorithm that is an array", "a2018126044161", CommandProblem.WrongAlgorithm)]
    [InlineData("RS256, behind the key id", "a204416101390100", CommandProblem.WrongAlgorithm)]
    public void A_header_of_another_kind_is_refused_before_anything_is_verified(string what, string header, CommandProblem expected)
    {
        Assert.False(CommandEnvelope.TryParse(Some.Signed([0xA0], header.Replace(" ", "", StringComparison.Ordinal)), out _, out var problem), what);
        Assert.True(expected == problem, $"{what}: {problem}");
    }

    [Fact]
    public void The_header_may_have_either_order_and_a_key_id_of_32_octets()
    {
        var payload = Bytes($"a5 {Fields}");
        Assert.Equal("verified", Some.Hear(Some.Frame(Some.Signed(payload, "a204486f70732d323032360126")), Some.Key, out _));
        Assert.True(CommandEnvelope.TryParse(Some.Signed(payload, "a20126045820" + new string('6', 64)), out var envelope, out _));
        Assert.Equal(new string('f', 32), envelope.KeyId);
    }

    [Fact]
    public void A_signature_by_another_key_is_refused_whatever_the_payload_says()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("command: BadSignature", Some.Hear(Some.Frame(Some.Command().Sign(other, Some.KeyId)), Some.Key, out _));
        Assert.Equal("command: BadSignature", Some.Hear(Some.Frame(Some.Signed([0xFF], key: other)), Some.Key, out _));
    }

    [Fact]
    public void A_signature_for_another_header_or_payload_does_not_count()
    {
        var (one, two) = (Some.Command().Sign(Some.Key, Some.KeyId), Some.FullCommand().Sign(Some.Key, Some.KeyId));
        byte[] mixed = [.. one[..^64], .. two[^64..]];
        Assert.Equal("command: BadSignature", Some.Hear(Some.Frame(mixed), Some.Key, out _));

        // The same octets with their border elsewhere have the same digest; the signature knows better.
        Assert.True(CommandTrailer.TryParse(one, out var trailer));
        byte[] header = [.. trailer.Protected[..^1]];
        byte[] payload = [trailer.Protected[^1], .. trailer.Payload];
        byte[] shifted = [0xD2, 0x84, (byte)(0x40 + header.Length), .. header, 0xA0, 0x58, (byte)payload.Length, .. payload, 0x58, 0x40, .. trailer.Signature];
        Assert.StartsWith("envelope", Some.Hear(Some.Frame(shifted), Some.Key, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_of_zeros_is_no_signature()
    {
        var bytes = Some.Command().Sign(Some.Key, Some.KeyId);
        bytes.AsSpan(^64).Clear();
        Assert.Equal("command: BadSignature", Some.Hear(Some.Frame(bytes), Some.Key, out _));
    }

    [Fact]
    public void Octets_behind_a_command_are_refused() =>
        Assert.False(CommandEnvelope.TryParse([.. Some.Command().Sign(Some.Key, Some.KeyId), 0], out _, out _));

    [Fact]
    public void Every_problem_is_said_in_words_of_its_own()
    {
        var words = Enum.GetValues<CommandProblem>().Select(problem => problem.Describe()).ToArray();
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => ((CommandProblem)99).Describe());
    }

    private static void Refused(string what, string hex, CommandProblem expected)
    {
        var outcome = Some.Hear(Some.Frame(Some.Signed(Bytes(hex))), Some.Key, out var command);
        Assert.True($"command: {expected}" == outcome, $"{what}: {outcome}");
        Assert.Null(command);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
