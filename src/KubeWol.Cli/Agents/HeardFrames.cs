using System.Text.Json.Serialization;

namespace KubeWol.Cli.Agents;

/// <summary>The last frames an agent heard, as it serves them at /frames.</summary>
/// <param name="Node">Where.</param>
/// <param name="Index">What it listens for.</param>
/// <param name="Frames">The oldest first.</param>
internal sealed record HeardFrames(string Node, HeardIndex? Index, IReadOnlyList<HeardFrame> Frames);

/// <summary>What an agent listens for.</summary>
internal sealed record HeardIndex(bool Known, int Addresses, int Ranges);

/// <summary>One packet, and what became of it.</summary>
internal sealed record HeardFrame(DateTimeOffset At, string Interface, string? Source, string? Target, int? Port, string Verdict, string? Request);

/// <summary>What the command line reads of its own.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HeardFrames))]
internal sealed partial class CliJson : JsonSerializerContext;
