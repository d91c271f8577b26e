using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>What proves a message: passwords, which are sealed, and commands, which are handed on.</summary>
public sealed class DeliveredProofTests : DelivererScene
{
    [Theory]
    [InlineData("01020304")]
    [InlineData("010203040506")]
    public async Task A_password_goes_sealed_for_the_operator_and_the_agent_forgets_it(string octets)
    {
        using var key = OpeningKey.Create();
        Told.Say(key.PublicText);
        Hear(With(octets), Noon.AddTicks(1_234_567));
        var first = await Api.NextAsync();
        Assert.Equal(0, key.Find(Digest(first), Context(first), [SecureOnPassword.Of(Convert.FromHexString(octets))]));
        Assert.Equal(-1, key.Find(Digest(first), Context(first), [SecureOnPassword.Of([9, 9, 9, 9])]));
        Assert.DoesNotContain(octets, first.Body, StringComparison.OrdinalIgnoreCase);

        // The next name needs a seal of its own.
        await first.RefuseAsync(409, "AlreadyExists");
        await (await Api.NextAsync()).AnswerAsync(200, Existing("""{"phase":"Failed","completedAt":"2026-11-22T11:59:55Z"}"""));
        var second = await Api.NextAsync();
        Assert.Equal(0, key.Find(Digest(second), Context(second), [SecureOnPassword.Of(Convert.FromHexString(octets))]));
        Assert.Null(key.Find(Digest(first), Context(second), [SecureOnPassword.Of(Convert.FromHexString(octets))]) is null or -1 ? null : "moved");
        await second.CreateAsync();

        await ResultsAsync("Created 1");
        Assert.Equal("Sealed 1", await Page.ResultsAsync("passwords"));
        Assert.DoesNotContain(Log.Lines, l => l.Text.Contains("assword", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no key")]
    public async Task Without_a_key_the_request_goes_without_the_password_and_that_is_counted_and_said(string? published)
    {
        if (published is not null) Told.Say(published);
        Hear(With("01020304"), Noon);
        var request = await Api.NextAsync();
        Assert.DoesNotContain("secureOn", request.Body, StringComparison.Ordinal);
        await request.CreateAsync();

        await ResultsAsync("Created 1");
        Assert.Equal("NoKey 1", await Page.ResultsAsync("passwords"));
        Assert.Equal([$"The WakeRequest {request.Name} goes without the frame's SecureOn password: the operator has published no key to seal it with"], Log.Of(LogLevel.Warning));
        Assert.Equal(published is null ? 0 : 1, Told.Log.Count(128));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Just_after_the_start_a_password_waits_half_a_minute_for_the_key(bool comes)
    {
        using var key = OpeningKey.Create();
        var told = new Told(isKnown: false);
        await Deliverer.StopAsync(Cancel);
        using var deliverer = await StartAsync(Api.Address, Log, told);
        await (await Api.NextAsync()).RefuseAsync(404, "NotFound");
        await Eventually.BecomesTrueAsync("the greeting is over", () => deliverer.Missing is null, Cancel);
        Hear(With("01020304"), Noon);
        var look = TimeSpan.FromSeconds(0.5);
        Assert.Equal(look, await Time.WaitBegunAsync(look, look));
        Assert.False(Api.HasNext);
        if (comes)
        {
            told.Say(key.PublicText);
            told.Know();
        }

        Time.Advance(comes ? look : TimeSpan.FromSeconds(30));
        var request = await Api.NextAsync();
        Assert.Equal(comes, request.Body.Contains("secureOn", StringComparison.Ordinal));
        await request.CreateAsync();
        await ResultsAsync("Created 1");
        await deliverer.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_signed_command_is_handed_on_as_it_came()
    {
        var command = Commands.Signed();
        Hear(With("01020304", command), Noon);
        var request = await Api.NextAsync();
        Assert.Equal(Convert.ToBase64String(command), Command(request));
        Assert.DoesNotContain("secureOn", request.Body, StringComparison.Ordinal);
        await request.CreateAsync();
        await ResultsAsync("Created 1");
        Assert.Equal("", await Page.ResultsAsync("passwords"));
    }

    /// <summary>Years later it has the same name; the nonce is in it.</summary>
    [Theory]
    [InlineData(0, "AlreadyThere 1")]
    [InlineData(5, "AlreadyThere 1")]
    [InlineData(-5, "AlreadyThere 1")]
    [InlineData(5.000_001, "Replayed 1")]
    [InlineData(1e9, "Replayed 1")]
    public async Task The_same_command_heard_later_than_one_broadcast_takes_is_a_replay(double seconds, string result)
    {
        var command = Commands.Signed();
        Time.SetUtcNow(Noon.AddYears(100)); // no message of this test is too old to be brought
        Hear(With("", command), Noon.AddYears(100).AddMinutes(-1));
        var request = await Api.NextAsync();
        await request.RefuseAsync(409, "AlreadyExists");
        await (await Api.NextAsync()).AnswerAsync(200, Commanded(Convert.ToBase64String(command), Noon.AddYears(100).AddMinutes(-1).AddSeconds(-seconds), """{"phase":"Succeeded","completedAt":"2026-11-22T11:00:00Z"}"""));

        await ResultsAsync(result);
        Assert.Equal(
            result.StartsWith('R') ? [$"A signed command for 52:54:00:12:34:56 was sent again by 02:00:00:00:08:42; it stands in the WakeRequest {request.Name} and is not asked for twice"] : [],
            Log.Of(LogLevel.Warning));
        Assert.False(Api.HasNext);
    }

    [Fact]
    public async Task Copies_with_another_signature_that_were_there_first_do_not_keep_the_right_command_out()
    {
        Hear(With("", Commands.Signed()), Noon);
        var names = new HashSet<string>();
        for (var forged = 0; forged < 8; forged++)
        {
            var request = await Api.NextAsync();
            Assert.True(names.Add(request.Name));
            await request.RefuseAsync(409, "AlreadyExists");
            await (await Api.NextAsync()).AnswerAsync(200, Commanded(Convert.ToBase64String([1, 2, (byte)forged]), Noon, "null"));
        }

        await (await Api.NextAsync()).CreateAsync();
        await ResultsAsync("Created 1");
    }

    [Fact]
    public async Task However_many_copies_there_are_the_asking_ends()
    {
        Hear(With("", Commands.Signed()), Noon);
        for (var forged = 0; forged < 16; forged++)
        {
            await (await Api.NextAsync()).RefuseAsync(409, "AlreadyExists");
            await (await Api.NextAsync()).AnswerAsync(200, Commanded("AAAA", Noon, "null"));
        }

        await ResultsAsync("AlreadyThere 1");
        Assert.False(Api.HasNext);
    }

    private static byte[] With(string password, byte[]? command = null) =>
        new WolFrameBuilder().Build(MagicPacket.Build(Some.Target, Convert.FromHexString(password), command: command));

    private static PasswordDigest Digest(Exchange request) =>
        PasswordDigest.TryParse(Frame(request)["secureOnDigest"]!.GetValue<string>(), out var digest) ? digest : throw new InvalidOperationException("no digest");

    private static string Command(Exchange request) => Frame(request)["command"]!.GetValue<string>();

    private static JsonNode Frame(Exchange request) => JsonNode.Parse(request.Body)!["spec"]!["frame"]!;

    /// <summary>What the operator takes the digest for, as far as it knows it: from the request alone.</summary>
    private static SealContext Context(Exchange request) => new(request.Name, MacAddress.Parse(request.Target), Frame(request)["node"]!.GetValue<string>(), Frame(request)["capturedAt"]!.GetValue<DateTimeOffset>());

    private static string Commanded(string command, DateTimeOffset capturedAt, string status) =>
        $$$"""
        {"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"n","namespace":"kubewol-system"},"status":{{{status}}},
         "spec":{"target":{"macAddress":"52:54:00:12:34:56"},"frame":{"node":"node-b","interface":"eth0","transport":"Ethernet","capturedAt":"{{{capturedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)}}}","command":"{{{command}}}"} } }
        """;
}
