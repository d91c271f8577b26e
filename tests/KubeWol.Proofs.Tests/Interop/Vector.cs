using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.Proofs.Tests.Interop;

/// <summary>What tests/interop/cose.cjs makes.</summary>
internal sealed record VectorFile(string PublicKey, IReadOnlyList<Vector> Vectors)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static VectorFile Parse(string json) => JsonSerializer.Deserialize<VectorFile>(json, Options)!;
}

/// <summary>One command, with what it says or what is wrong with it.</summary>
internal sealed record Vector(string Name, string KeyId, string Command, Fields? Fields, CommandProblem? Problem)
{
    public byte[] Bytes => Convert.FromHexString(Command);
}

/// <summary>A payload in a notation both sides understand.</summary>
internal sealed record Fields(
    string Action, string Target, long IssuedAt, string Nonce, string? NodeName, string? Template, IReadOnlyDictionary<string, string>? Parameters)
{
    public static Fields Of(SignedCommand command) => new(
        $"{command.Action}", $"{command.Target}", command.IssuedAt.ToUnixTimeMilliseconds(), Convert.ToHexStringLower(command.Nonce.Span),
        command.NodeName, command.Template, command.Parameters.Count == 0 ? null : command.Parameters);
}

/// <summary>What cose.cjs verify says of a command.</summary>
internal sealed record Answer(string KeyId, int Version, Fields Fields);
