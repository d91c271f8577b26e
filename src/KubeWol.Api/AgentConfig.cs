using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api;

/// <summary>What the operator tells all agents, in a ConfigMap of KubeWol's own namespace. Nothing in it is secret.</summary>
/// <param name="SealingKey">The public key that SecureOn passwords are sealed with, or null.</param>
/// <param name="Distinguish">Where a frame is heard, as far as a policy cares.</param>
/// <param name="Claimed">The addresses that WakeTemplates claim: a frame for one of them may make a machine. Null where that is not known.</param>
public sealed record AgentConfig(string? SealingKey, Distinguished Distinguish, IReadOnlyList<MacRange>? Claimed)
{
    /// <summary>Names of the nodes whose agents are ready, among whom they share the work; empty where nothing is known of them.</summary>
    public IReadOnlyList<string> Ready { get; init; } = [];

    /// <summary>The ConfigMap's name.</summary>
    public const string Name = "kubewol-agents";

    /// <summary>The entry that says which agents are ready.</summary>
    public const string ReadyEntry = "ready";

    private const string SealingKeyEntry = "sealingKey";
    private const string DistinguishEntry = "distinguish";
    private const string ClaimedEntry = "claimed";

    /// <summary>What agents do without being told anything.</summary>
    public static AgentConfig None { get; } = new(null, Distinguished.Nothing, null);

    /// <summary>The ConfigMap of an installation.</summary>
    public static ResourceKey KeyIn(string @namespace) => new(@namespace, Name);

    /// <summary>What a ConfigMap says; an entry that is missing or cannot be read says nothing.</summary>
    public static AgentConfig Of(ConfigMap? map) => new(
        map?.Data?.GetValueOrDefault(SealingKeyEntry),
        Read(map?.Data?.GetValueOrDefault(DistinguishEntry), ApiJson.Default.Distinguished) ?? Distinguished.Nothing, // the operator judges it anyway
        ReadRanges(map?.Data?.GetValueOrDefault(ClaimedEntry)))
    {
        Ready = [.. (Read(map?.Data?.GetValueOrDefault(ReadyEntry), ApiJson.Default.IReadOnlyListString) ?? []).OfType<string>()],
    };

    /// <summary>The entries that say it; null for one that must not be there.</summary>
    public IReadOnlyDictionary<string, string?> ToData() => new Dictionary<string, string?>
    {
        [SealingKeyEntry] = SealingKey,
        [DistinguishEntry] = JsonSerializer.Serialize(Distinguish, ApiJson.Default.Distinguished),
        [ReadyEntry] = JsonSerializer.Serialize(Ready, ApiJson.Default.IReadOnlyListString),
        [ClaimedEntry] = Claimed is null ? null : string.Join(' ', Claimed),
    };

    /// <summary>All or nothing: what was written by hand, or by a newer version, must not look like fewer addresses.</summary>
    private static IReadOnlyList<MacRange>? ReadRanges(string? text)
    {
        var ranges = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(MacRange.Parse).ToList();
        return ranges is null || ranges.Contains(null) ? null : [.. ranges.Select(r => r!.Value)];
    }

    private static T? Read<T>(string? json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The nodes and interfaces that WakePolicies tell apart: a frame heard there is a message of its own.</summary>
/// <param name="Nodes">Names of nodes.</param>
/// <param name="Interfaces">Names of network interfaces.</param>
public sealed record Distinguished(IReadOnlyList<string>? Nodes, IReadOnlyList<string>? Interfaces)
{
    /// <summary>Without policies a broadcast is one message, wherever it is heard.</summary>
    public static Distinguished Nothing { get; } = new([], []);
}
