using System.Net;
using System.Net.Sockets;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Proofs.Tests.Interop;

/// <summary>docs/signed-commands.md keeps its word: its example, its keys and its script.</summary>
public sealed class DocumentTests
{
    private static readonly string Text = File.ReadAllText(Programs.File("docs", "signed-commands.md"));

    [Fact]
    public void The_example_is_verified_with_its_key_and_says_what_the_text_says()
    {
        var pem = string.Join('\n', Block("yaml").Split('\n').Select(line => line.Trim()).SkipWhile(line => !line.StartsWith("-----", StringComparison.Ordinal)).Take(4));
        Assert.True(SigningKeys.TryReadPublic(pem, out var key, out var why), why);
        using var _ = key;

        var bytes = Convert.FromHexString(string.Concat(Block("cbor").Split('\n').Select(line => line.Split('#')[0].Replace(" ", "", StringComparison.Ordinal))));
        Assert.True(CommandEnvelope.TryParse(bytes, out var envelope, out var problem), $"{problem}");
        Assert.True(envelope.TryVerify(key, out var command, out problem), $"{problem}");
        Assert.Equal("ops-2026", envelope.KeyId);
        Assert.Equal((WakeAction.Move, "node-b", Some.Target, Some.Noon), (command.Action, command.NodeName, command.Target, command.IssuedAt));
        Assert.Equal("00112233445566778899aabbccddeeff", Convert.ToHexStringLower(command.Nonce.Span));
        Assert.Equal(Block("identity").Trim(), envelope.SignedOctetsDigest);

        // Ours would have made the same octets, but for the signature.
        Assert.Equal(bytes[..^64], command.Sign(Some.Key, "ops-2026")[..^64]);
    }

    [Fact]
    public async Task Keys_made_as_it_says_sign_commands_that_the_script_sends()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (var line in Block("console").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var words = line.Split(' ').Select(word => word.EndsWith(".pem", StringComparison.Ordinal) ? Path.Combine(folder.FullName, word) : word).ToArray();
                await Programs.RunAsync(words[0], words[1..]);
            }
            var publicPem = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "key.pub.pem"), TestContext.Current.CancellationToken);
            Assert.True(SigningKeys.TryReadPublic(publicPem, out var key, out var why), why);
            using var _ = key;

            var scripts = Text.Split('\n').Where(line => line.StartsWith("node send-command.mjs", StringComparison.Ordinal)).ToArray();
            Assert.Equal(3, scripts.Length);
            var wake = await SendAsync(scripts[0]);
            Assert.Equal((WakeAction.Wake, "52:54:00:12:34:56"), (wake.Action, $"{wake.Target}"));
            Assert.InRange(TimeProvider.System.GetUtcNow() - wake.IssuedAt, TimeSpan.FromHours(-1), TimeSpan.FromHours(1));
            var move = await SendAsync(scripts[1]);
            Assert.Equal((WakeAction.Move, "node-b"), (move.Action, move.NodeName));
            var instantiate = await SendAsync(scripts[2]);
            Assert.Equal((WakeAction.Instantiate, "small", "2"), (instantiate.Action, instantiate.Template, instantiate.Parameters["size"]));

            async Task<SignedCommand> SendAsync(string line)
            {
                var payload = await ReceiveAsync(port =>
                {
                    var words = line.Replace("--to 192.0.2.255 ", "", StringComparison.Ordinal).Split(' ');
                    string[] rest = [.. words[2..].Select(word => word == "key.pem" ? Path.Combine(folder.FullName, word) : word)];
                    return Programs.RunAsync("node", [Programs.File("docs", "send-command.mjs"), "--to", "127.0.0.1", "--port", $"{port}", .. rest]);
                });
                var frame = new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(payload);
                Assert.Equal("verified", Some.Hear(frame, key, out var command));
                var answer = Assert.Single(await InteroperabilityTests.VerifyAsync([payload[MagicPacket.Size..]], publicPem));
                InteroperabilityTests.AssertSame(answer.Fields, Fields.Of(command!), line);
                return command!;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_script_says_how_it_is_used()
    {
        var failure = await Record.ExceptionAsync(() => Programs.RunAsync("node", [Programs.File("docs", "send-command.mjs"), "Wake"]));
        Assert.Contains("node ended with 2: usage: send-command.mjs", failure?.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReceiveAsync(Func<int, Task> send)
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await send(((IPEndPoint)socket.Client.LocalEndPoint!).Port);
        return (await socket.ReceiveAsync(limit.Token)).Buffer;
    }

    /// <summary>The first block of a kind.</summary>
    private static string Block(string kind) => Text.Split($"```{kind}\n")[1].Split("```")[0];
}
