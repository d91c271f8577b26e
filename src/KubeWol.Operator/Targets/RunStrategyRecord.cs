using System.Text.Json.Nodes;
using KubeWol.Api;

namespace KubeWol.Operator.Targets;

/// <summary>
/// The run strategy a machine had before a stop made it Halted, noted on the machine itself, and the one it gets when it is woken. Pure: it makes the
/// patches, and somebody else sends them.
/// </summary>
internal static class RunStrategyRecord
{
    /// <summary>Where the strategy before the last stop is noted.</summary>
    public const string Annotation = $"{ApiGroup.Name}/run-strategy";

    /// <summary>Where the owner of a machine says what Halted becomes at a wake.</summary>
    public const string StartAsAnnotation = $"{ApiGroup.Name}/start-as";

    /// <summary>The noted strategy, or null.</summary>
    public static string? Of(Machine machine) => machine.Object.Metadata.Annotations?.GetValueOrDefault(Annotation);

    /// <summary>What a Halted machine becomes: what it was before it was put to sleep, what its owner says, or what the configuration says.</summary>
    public static string AfterStart(Machine machine, string configured) =>
        Of(machine) is { } noted && (noted == RunStrategies.Once || RunStrategies.ForStart.Contains(noted)) ? noted : StartAs(machine, configured);

    /// <summary>The patch that starts a Halted machine under another strategy, or readies it to be started.</summary>
    public static JsonObject Restore(Machine machine, string strategy) => new()
    {
        ["metadata"] = Metadata(machine, null),
        ["spec"] = machine.Object.Spec?.Running is null ? new JsonObject { ["runStrategy"] = strategy }
            : strategy == RunStrategies.Always ? new JsonObject { ["running"] = true }
            : new JsonObject { ["running"] = null, ["runStrategy"] = strategy },
    };

    /// <summary>
    /// The patch that notes a strategy which a stop would lose; null where it is noted, or would come back by the owner's own word. What the configuration
    /// says is no such word: the next wake may be by a policy that says something else.
    /// </summary>
    public static JsonObject? BeforeStop(Machine machine)
    {
        var strategy = machine.RunStrategy;
        if (strategy is not (RunStrategies.Always or RunStrategies.Once)) return null; // KubeVirt keeps the others
        var noted = strategy == OwnersWord(machine) ? null : strategy;
        return noted == Of(machine) ? null : new() { ["metadata"] = Metadata(machine, noted) };
    }

    private static string StartAs(Machine machine, string configured) => OwnersWord(machine) ?? configured;

    private static string? OwnersWord(Machine machine) =>
        machine.Object.Metadata.Annotations?.GetValueOrDefault(StartAsAnnotation) is { } own && RunStrategies.ForStart.Contains(own) ? own : null;

    /// <summary>The uid and the version make a patch that rests on an old reading a conflict.</summary>
    private static JsonObject Metadata(Machine machine, string? noted) => new()
    {
        ["uid"] = machine.Object.Metadata.Uid,
        ["resourceVersion"] = machine.Object.Metadata.ResourceVersion,
        ["annotations"] = new JsonObject { [Annotation] = noted },
    };
}
