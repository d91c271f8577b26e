using System.Text.Json;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The body of a verb. KubeVirt ignores fields it does not know, and an empty body is fine.</summary>
internal sealed record VerbOptions
{
    /// <summary>start: the guest comes up paused.</summary>
    public bool Paused { get; init; }

    /// <summary>stop: seconds the guest has to shut down.</summary>
    public long? GracePeriod { get; init; }

    /// <summary>migrate: narrows where to.</summary>
    public IReadOnlyDictionary<string, string>? AddedNodeSelector { get; init; }

    /// <summary>Holds "All" when nothing is to be written.</summary>
    public IReadOnlyList<string>? DryRun { get; init; }

    /// <summary>Why the body could not be read, or null. Not refused at once: start looks at the machine first.</summary>
    public string? Malformed { get; init; }

    public bool IsDryRun => DryRun is ["All", ..];

    public static VerbOptions Parse(ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty) return new();
        try
        {
            return JsonSerializer.Deserialize(body, KubeVirtJson.Default.VerbOptions) ?? new();
        }
        catch (JsonException e)
        {
            return new() { Malformed = $"Can not unmarshal Request body to struct, error: {e.Message}" };
        }
    }
}
