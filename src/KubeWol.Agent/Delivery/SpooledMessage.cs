using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using KubeWol.Agent.Intake;
using KubeWol.Protocol;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// A message as it stands in a file: a line with the format's version and a SHA-256 over the rest, then JSON with all that a request is made from. A
/// password is only in it as the seal for the request's first name, which nobody but the operator can open.
/// </summary>
internal sealed record SpooledMessage
{
    /// <summary>Bytes that no file of ours exceeds.</summary>
    public const int LongestFile = 8192;

    private static ReadOnlySpan<byte> Head => "kubewol-spool/1 "u8;

    public required string Request { get; init; }

    public required string Target { get; init; }

    public required ushort Port { get; init; }

    public byte PasswordLength { get; init; }

    public byte PasswordBits { get; init; }

    public string? Node { get; init; }

    public string? Interface { get; init; }

    public string? Seal { get; init; }

    public string? Command { get; init; }

    public required string HeardOn { get; init; }

    public required WolTransport Transport { get; init; }

    public required string SourceMac { get; init; }

    public string? SourceIp { get; init; }

    public required ushort DestinationPort { get; init; }

    public required IReadOnlyList<int> Vlans { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUndated { get; init; }

    /// <summary>What is to stand in the file of a message.</summary>
    public static SpooledMessage Of(OutboxEntry entry, string? seal)
    {
        var (signal, identity) = (entry.Signal, entry.Signal.Identity);
        return new()
        {
            Request = entry.Name,
            Target = $"{identity.Target}",
            Port = identity.DestinationPort,
            PasswordLength = identity.Password.Length,
            PasswordBits = identity.Password.NameBits,
            Node = identity.Node,
            Interface = identity.Interface,
            Seal = seal,
            Command = signal.Command?.Text,
            HeardOn = signal.Interface,
            Transport = signal.Transport,
            SourceMac = $"{signal.SourceMac}",
            SourceIp = signal.SourceIp?.ToString(),
            DestinationPort = signal.DestinationPort,
            Vlans = signal.Vlans,
            CapturedAt = signal.CapturedAt.ToUniversalTime(),
            IsUndated = signal.IsUndated,
        };
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Encode()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, SpoolJson.Default.SpooledMessage);
        return [.. Head, .. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))), (byte)'\n', .. json];
    }

    /// <summary>Reads a file; false for one that is damaged, or of another version.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> file, [NotNullWhen(true)] out OutboxEntry? entry)
    {
        entry = null;
        const int digits = 2 * SHA256.HashSizeInBytes;
        if (!file.StartsWith(Head) || file.Length <= Head.Length + digits || file[Head.Length + digits] != '\n') return false;
        var json = file[(Head.Length + digits + 1)..];
        if (!file.Slice(Head.Length, digits).SequenceEqual(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(json))))) return false;
        try
        {
            entry = JsonSerializer.Deserialize(json, SpoolJson.Default.SpooledMessage)?.ToEntry();
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            // Its checksum is right all the same: somebody wrote it by hand.
        }

        return entry is not null;
    }

    private OutboxEntry? ToEntry()
    {
        HeardCommand? command = null;
        if (Command is not null && (command = HeardCommand.Parse(Command)) is null) return null;
        var identity = new MessageIdentity(MacAddress.Parse(Target), Port) { Password = new(PasswordLength, PasswordBits, default), Node = Node, Interface = Interface };
        var signal = new WakeSignal(
            identity, null, command, HeardOn, Transport, MacAddress.Parse(SourceMac), SourceIp is null ? null : IpAddress.Parse(SourceIp), DestinationPort, Vlans, CapturedAt) { IsUndated = IsUndated };
        return new(signal, Request) { Seal = Seal, Attempts = 1 };
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SpooledMessage))]
internal sealed partial class SpoolJson : JsonSerializerContext;
