using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Tests.World;
using KubeWol.Proofs;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>
/// Policies and frames in a few words, for tables. A policy: <c>name: Wake+Sleep proof:SecureOn(office) vlan:10 alias:9101=Sleep full</c>; a frame:
/// <c>port:9101 vlan:10 pw:office backwards cmd:Sleep</c>. A command is signed by a known key unless it is called bad, stale or replayed.
/// </summary>
internal static class PolicyLanguage
{
    public static WakePolicy Policy(string text)
    {
        var (name, rest) = text.Split(": ", 2) is [var n, var r] ? (n, r) : throw new FormatException(text);
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var spec = new WakePolicySpec
        {
            Verbs = [.. words[0].Split('+').Select(Enum.Parse<WakeAction>)],
            Proof = ProofKind.None,
            Aliases = [.. Values("alias").Select(Alias)],
        };
        if (Values("proof").FirstOrDefault() is { } proof)
        {
            spec = proof.StartsWith("SecureOn(", StringComparison.Ordinal) ? spec with { Proof = ProofKind.SecureOn, SecureOn = new() { PasswordKeys = proof[9..^1].Split(',') } }
                : spec with { Proof = Enum.Parse<ProofKind>(proof), Signed = proof == "Signed" ? new() { Keys = [new() { Id = name }] } : null };
        }

        var origin = new FrameOrigin
        {
            Vlans = Values("vlan") is { Count: > 0 } vlans ? [.. vlans.Select(int.Parse)] : null,
            Nodes = Values("node") is { Count: > 0 } nodes ? nodes : null,
            Interfaces = Values("nic") is { Count: > 0 } nics ? nics : null,
            SourceMacs = Values("mac") is { Count: > 0 } macs ? macs : null,
            SourceCidrs = Values("net") is { Count: > 0 } nets ? nets : null,
        };
        if (origin != new FrameOrigin()) spec = spec with { From = [origin] };
        return new()
        {
            Metadata = new() { Namespace = "team-a", Name = name, Uid = $"uid-of-{name}", Labels = words.Contains("full") ? new Dictionary<string, string> { ["full"] = "" } : null },
            Spec = spec,
        };

        List<string> Values(string key) => [.. words.Where(w => w.StartsWith($"{key}:", StringComparison.Ordinal)).Select(w => w[(key.Length + 1)..])];
    }

    public static (Message Message, IEvidence Evidence) Frame(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var frame = Some.Heard().Spec.Frame! with
        {
            DestinationPort = Value("port") is { } port ? port == "-" ? null : int.Parse(port) : 9,
            Vlans = Value("vlan") is { } vlans ? [.. vlans.Split(',').Select(int.Parse)] : null,
            Node = Value("node") ?? "node-a",
            Interface = Value("nic") ?? "bond0",
            SourceMac = Value("mac") ?? "02:00:00:00:00:aa",
            SourceIp = Value("ip") is { } ip ? ip == "-" ? null : ip : "192.0.2.7",
            Command = Value("cmd"),
            SecureOnDigest = Value("pw"),
        };
        return (new(frame, words.Contains("backwards"), Value("said") is { } said ? Enum.Parse<WakeAction>(said) : null), new Proof(frame));

        string? Value(string key) => words.FirstOrDefault(w => w.StartsWith($"{key}:", StringComparison.Ordinal))?[(key.Length + 1)..];
    }

    private static MessageAlias Alias(string text) => text.Split('=') is [var mark, var verb]
        ? mark == "backwards" ? new() { Verb = Enum.Parse<WakeAction>(verb), ReversedMac = true }
            : int.TryParse(mark, out var port) ? new() { Verb = Enum.Parse<WakeAction>(verb), Port = port }
            : new() { Verb = Enum.Parse<WakeAction>(verb), PasswordKey = mark }
        : throw new FormatException(text);

    private sealed class Proof(CapturedFrame frame) : IEvidence
    {
        public PasswordMatch Password(string key) => frame.SecureOnDigest is null ? PasswordMatch.NotGiven
            : key == "missing" ? PasswordMatch.Incomparable
            : frame.SecureOnDigest == key ? PasswordMatch.Right : PasswordMatch.Wrong;

        public CommandVerdict Command(WakePolicy policy) => frame.Command!.Split(',') switch
        {
            ["bad"] => new(null, WakeReason.BadSignature, "its signature is wrong"),
            [var verb, "stale"] => new(Saying(verb), WakeReason.StaleCommand, "the command is 5 s too old"),
            [var verb, "replayed"] => new(Saying(verb), WakeReason.ReplayedCommand, "the command was carried out before"),
            [var verb, "by", var key] when policy.Spec.Signed!.Keys[0].Id != key => new(null, WakeReason.BadSignature, $"it does not know the key of {key} for {verb}"),
            [var verb, ..] => new(Saying(verb)),
            _ => throw new FormatException(frame.Command),
        };

        public bool Admits(WakePolicy policy) => policy.Metadata.Labels is null;

        private static SignedCommand Saying(string verb) =>
            new() { Action = Enum.Parse<WakeAction>(verb), Target = KubeWol.Protocol.MacAddress.Parse(Some.Mac, null), IssuedAt = Some.Noon };
    }
}
