using System.Formats.Cbor;
using System.Text;
using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.Proofs;

/// <summary>The signed map of a command, to and from CBOR.</summary>
internal static class CommandPayload
{
    private const int Version = 1;
    private const int VersionKey = 1, VerbKey = 2, TargetKey = 3, IssuedAtKey = 4, NonceKey = 5, NodeKey = 6, TemplateKey = 7, ParametersKey = 8;
    private const int LastKey = ParametersKey;

    private static readonly ulong LatestMilliseconds = (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The verbs by their numbers on the wire, from 1 on.</summary>
    private static readonly WakeAction[] Verbs = [WakeAction.Wake, WakeAction.Sleep, WakeAction.Move, WakeAction.Instantiate, WakeAction.Destroy];

    public static byte[] Write(SignedCommand command)
    {
        var verb = Array.IndexOf(Verbs, command.Action) + 1;
        Require(verb > 0, $"there is no verb {command.Action}");
        Require(command.Nonce.Length is >= SignedCommand.MinNonceSize and <= SignedCommand.MaxNonceSize, "a nonce has 8 to 32 octets");
        Require(command.IssuedAt >= DateTimeOffset.UnixEpoch, "a time before 1970 cannot be written");
        Require(command.NodeName is null || IsName(command.NodeName), "the name of a node has 1 to 253 octets");
        Require(command.Template is null || IsName(command.Template), "the name of a template has 1 to 253 octets");
        Require(command.Parameters.Count <= SignedCommand.MaxParameters, "32 parameters are the most");

        var target = new byte[MacAddress.Size];
        command.Target.CopyTo(target);
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(5 + (command.NodeName is null ? 0 : 1) + (command.Template is null ? 0 : 1) + (command.Parameters.Count == 0 ? 0 : 1));
        writer.WriteInt32(VersionKey);
        writer.WriteInt32(Version);
        writer.WriteInt32(VerbKey);
        writer.WriteInt32(verb);
        writer.WriteInt32(TargetKey);
        writer.WriteByteString(target);
        writer.WriteInt32(IssuedAtKey);
        writer.WriteInt64(command.IssuedAt.ToUnixTimeMilliseconds());
        writer.WriteInt32(NonceKey);
        writer.WriteByteString(command.Nonce.Span);
        WriteName(writer, NodeKey, command.NodeName);
        WriteName(writer, TemplateKey, command.Template);
        if (command.Parameters.Count > 0)
        {
            writer.WriteInt32(ParametersKey);
            writer.WriteStartMap(command.Parameters.Count);
            foreach (var (name, value) in command.Parameters)
            {
                writer.WriteTextString(name);
                writer.WriteTextString(value);
            }
            writer.WriteEndMap();
        }
        writer.WriteEndMap();
        return writer.Encode();

        static void Require(bool condition, string rule)
        {
            if (!condition) throw new InvalidOperationException($"The command cannot be signed: {rule}.");
        }
    }

    /// <summary>Reads a payload whose signature was right: what is wrong with it was signed that way.</summary>
    public static CommandProblem Read(ReadOnlyMemory<byte> payload, out SignedCommand? command)
    {
        command = null;
        try
        {
            var reader = new CborReader(payload, CborConformanceMode.Strict);
            return ReadMap(reader, out command);
        }
        catch (CborContentException)
        {
            return CommandProblem.MalformedPayload;
        }
    }

    private static CommandProblem ReadMap(CborReader reader, out SignedCommand? command)
    {
        command = null;
        if (reader.PeekState() != CborReaderState.StartMap || reader.ReadStartMap() is not (> 0 and <= LastKey and var count)) return CommandProblem.MalformedPayload;

        var (action, target, issuedAt) = (WakeAction.Unknown, default(MacAddress?), default(DateTimeOffset?));
        var (nonce, node, template) = (default(byte[]), default(string), default(string));
        var parameters = new Dictionary<string, string>();
        var isOurs = false;
        for (; count > 0; count--)
        {
            if (!TryReadNumber(reader, out var key)) return CommandProblem.MalformedPayload;
            var read = false;
            switch (key)
            {
                case VersionKey:
                    read = TryReadNumber(reader, out var version);
                    if (read && version != Version) return CommandProblem.UnknownVersion;
                    isOurs = read;
                    break;
                case VerbKey:
                    read = TryReadNumber(reader, out var verb);
                    if (read && (verb == 0 || verb > (ulong)Verbs.Length)) return CommandProblem.UnknownVerb;
                    if (read) action = Verbs[verb - 1];
                    break;
                case TargetKey:
                    read = TryReadBytes(reader, MacAddress.Size, MacAddress.Size, out var octets);
                    if (read) target = new MacAddress(octets);
                    break;
                case IssuedAtKey:
                    read = TryReadNumber(reader, out var milliseconds) && milliseconds <= LatestMilliseconds;
                    if (read) issuedAt = DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
                    break;
                case NonceKey:
                    read = TryReadBytes(reader, SignedCommand.MinNonceSize, SignedCommand.MaxNonceSize, out nonce);
                    break;
                case NodeKey:
                    read = TryReadText(reader, out node) && IsName(node);
                    break;
                case TemplateKey:
                    read = TryReadText(reader, out template) && IsName(template);
                    break;
                case ParametersKey:
                    read = TryReadParameters(reader, parameters);
                    break;
                default:
                    return CommandProblem.UnknownField;
            }
            if (!read) return CommandProblem.MalformedPayload;
        }
        reader.ReadEndMap();
        if (reader.BytesRemaining > 0) return CommandProblem.MalformedPayload;
        if (!isOurs || action == WakeAction.Unknown || target is null || issuedAt is null || nonce is null) return CommandProblem.MissingField;

        command = new SignedCommand
        {
            Action = action,
            Target = target.Value,
            IssuedAt = issuedAt.Value,
            Nonce = nonce,
            NodeName = node,
            Template = template,
            Parameters = parameters,
        };
        return CommandProblem.None;
    }

    // What is not of the kind asked for is never entered: PeekState looks at one octet.
    private static bool TryReadNumber(CborReader reader, out ulong value)
    {
        var isNumber = reader.PeekState() == CborReaderState.UnsignedInteger;
        value = isNumber ? reader.ReadUInt64() : 0;
        return isNumber;
    }

    private static bool TryReadBytes(CborReader reader, int least, int most, out byte[]? value)
    {
        value = reader.PeekState() == CborReaderState.ByteString ? reader.ReadByteString() : null;
        return value is not null && value.Length >= least && value.Length <= most;
    }

    private static bool TryReadText(CborReader reader, out string value)
    {
        var isText = reader.PeekState() == CborReaderState.TextString;
        value = isText ? reader.ReadTextString() : "";
        return isText;
    }

    private static bool TryReadParameters(CborReader reader, Dictionary<string, string> parameters)
    {
        if (reader.PeekState() != CborReaderState.StartMap || reader.ReadStartMap() is not (<= SignedCommand.MaxParameters and var count)) return false;
        for (; count > 0; count--)
        {
            if (!TryReadText(reader, out var name) || !TryReadText(reader, out var value) || !parameters.TryAdd(name, value)) return false;
        }
        reader.ReadEndMap();
        return true;
    }

    private static void WriteName(CborWriter writer, int key, string? name)
    {
        if (name is null) return;
        writer.WriteInt32(key);
        writer.WriteTextString(name);
    }

    private static bool IsName(string name) => Encoding.UTF8.GetByteCount(name) is > 0 and <= SignedCommand.MaxNameSize;
}
