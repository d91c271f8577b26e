using System.Text.Json.Serialization;

namespace KubeWol.Agent.Intake;

/// <summary>What an agent heard last, as it is served.</summary>
/// <param name="Node">Where.</param>
/// <param name="Index">What is listened for.</param>
/// <param name="Frames">The oldest first.</param>
internal sealed record FramesPage(string Node, ServedIndex Index, IReadOnlyList<TracedFrame> Frames);

/// <summary>What is listened for.</summary>
/// <param name="Known">Whether that is known.</param>
/// <param name="Addresses">How many addresses machines have.</param>
/// <param name="Ranges">How many ranges templates claim.</param>
internal sealed record ServedIndex(bool Known, int Addresses, int Ranges);

/// <summary>One packet. The words of the verdict are those of the metrics frames_total and requests_total; Held for one whose address is still waited for.</summary>
internal sealed record TracedFrame(DateTimeOffset At, string Interface, string? Source, string? Target, int? Port, string Verdict, string? Request);

/// <summary>What the agent serves.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FramesPage))]
internal sealed partial class AgentJson : JsonSerializerContext;
