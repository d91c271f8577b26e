using System.Text.Json;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Proofs.Tests.Interop;

/// <summary>Two implementations of COSE that share no line of code understand each other: ours, and @auth0/cose on Node.</summary>
public sealed class InteroperabilityTests
{
    [Fact]
    public void The_committed_vectors_are_read_as_their_maker_meant_them() =>
        Check(VectorFile.Parse(File.ReadAllText(Programs.File("interop", "vectors.json"))));

    [Fact]
    public async Task Vectors_made_now_are_read_as_their_maker_means_them() =>
        Check(VectorFile.Parse(await Programs.InteropAsync("cose.cjs", "make")));

    [Fact]
    public async Task Our_commands_are_verified_and_read_by_the_other_side()
    {
        SignedCommand[] commands =
        [
            .. Enum.GetValues<WakeAction>()[1..].Select(action => new SignedCommand { Action = action, Target = Some.Target, IssuedAt = Some.Noon }),
            Some.FullCommand(),
            new() { Action = WakeAction.Destroy, Target = Some.Target, IssuedAt = DateTimeOffset.UnixEpoch, Nonce = new byte[8] },
            new() { Action = WakeAction.Instantiate, Target = Some.Target, IssuedAt = Some.Noon, Parameters = new Dictionary<string, string> { ["text"] = new('x', 700) } },
        ];
        var answers = await VerifyAsync(commands.Select(command => command.Sign(Some.Key, Some.KeyId)));
        Assert.Equal(commands.Length, answers.Count);
        foreach (var (command, answer) in commands.Zip(answers))
        {
            Assert.Equal((Some.KeyId, 1), (answer.KeyId, answer.Version));
            AssertSame(Fields.Of(command), answer.Fields, $"{command.Action}");
        }
    }

    [Fact]
    public async Task The_other_side_refuses_what_is_damaged()
    {
        var command = Some.Command().Sign(Some.Key, Some.KeyId);
        command[^70] ^= 1;
        var failure = await Record.ExceptionAsync(() => VerifyAsync([command]));
        Assert.Contains("node ended with 1", failure?.Message, StringComparison.Ordinal);
    }

    internal static void AssertSame(Fields expected, Fields actual, string name)
    {
        Assert.True(expected with { Parameters = null } == actual with { Parameters = null }, $"{name}: {actual} in place of {expected}");
        Assert.Equal(expected.Parameters ?? new Dictionary<string, string>(), actual.Parameters ?? new Dictionary<string, string>());
    }

    internal static async Task<IReadOnlyList<Answer>> VerifyAsync(IEnumerable<byte[]> commands, string? publicKey = null)
    {
        publicKey ??= Some.Key.ExportSubjectPublicKeyInfoPem();
        var input = JsonSerializer.Serialize(commands.Select(bytes => new { publicKey, command = Convert.ToHexString(bytes) }));
        var output = await Programs.InteropAsync("cose.cjs", "verify", input);
        return JsonSerializer.Deserialize<IReadOnlyList<Answer>>(output, JsonSerializerOptions.Web)!;
    }

    private static void Check(VectorFile file)
    {
        Assert.True(SigningKeys.TryReadPublic(file.PublicKey, out var key, out var why), why);
        using var _ = key;
        Assert.Equal((8, 7), (file.Vectors.Count(vector => vector.Fields is not null), file.Vectors.Count(vector => vector.Problem is not null)));
        foreach (var vector in file.Vectors)
        {
            SignedCommand? command = null;
            var verified = CommandEnvelope.TryParse(vector.Bytes, out var envelope, out var problem) && envelope.TryVerify(key, out command, out problem);
            Assert.True((vector.Problem ?? CommandProblem.None) == problem, $"{vector.Name}: {problem}");
            Assert.Equal(vector.Fields is not null, verified);
            if (vector.Fields is null) continue;

            Assert.Equal(vector.KeyId, envelope!.KeyId);
            AssertSame(vector.Fields, Fields.Of(command!), vector.Name);
        }
    }
}
