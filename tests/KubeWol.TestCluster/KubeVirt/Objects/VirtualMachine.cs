using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>kubevirt.io/v1 VirtualMachine.</summary>
internal sealed record VirtualMachine : KubeVirtObject
{
    public const string Kind = "VirtualMachine";

    /// <summary>Holds a VirtualMachine back until its instance is gone.</summary>
    public const string Finalizer = "kubevirt.io/virtualMachineControllerFinalize";

    public VirtualMachineSpec Spec { get; init => field = value ?? new(); } = new();
    public VirtualMachineStatus Status { get; init => field = value ?? new(); } = new();

    /// <summary>The run strategy in force: <c>spec.running</c> is the older way to say Always or Halted; none at all means Halted.</summary>
    [JsonIgnore]
    public string RunStrategy => Spec.Running switch
    {
        true => Objects.RunStrategy.Always,
        false => Objects.RunStrategy.Halted,
        null => Spec.RunStrategy ?? Objects.RunStrategy.Halted,
    };

    [JsonIgnore]
    public StateChangeRequest? FirstRequest => Status.StateChangeRequests is [var first, ..] ? first : null;
}

/// <summary>The spec, its template undecoded.</summary>
internal sealed record VirtualMachineSpec
{
    public string? RunStrategy { get; init; }
    public bool? Running { get; init; }
    public JsonElement? Template { get; init; }
}

/// <summary>The status. As in KubeVirt, false and empty values are left out of the JSON.</summary>
internal sealed record VirtualMachineStatus
{
    public bool? Created { get; init; }
    public bool? Ready { get; init; }
    public string? RunStrategy { get; init; }
    public string? PrintableStatus { get; init; }
    public IReadOnlyList<StateChangeRequest>? StateChangeRequests { get; init; }
    public StartFailure? StartFailure { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>A start or a stop that virt-api asked virt-controller for. A stop names the instance it is meant for.</summary>
internal sealed record StateChangeRequest(string Action, string? Uid = null, IReadOnlyDictionary<string, string>? Data = null)
{
    public const string Start = "Start";
    public const string Stop = "Stop";

    public static StateChangeRequest StartPaused { get; } = new(Start, Data: new Dictionary<string, string> { ["paused"] = "true" });

    [JsonIgnore]
    public bool IsStartPaused => Action == Start && Data?.GetValueOrDefault("paused") == "true";
}

/// <summary>How often in a row the instance failed before it ever ran, and when the next try is due.</summary>
internal sealed record StartFailure
{
    public int ConsecutiveFailCount { get; init; }

    [JsonPropertyName("lastFailedVMIUID")]
    public string? LastFailedVmiUid { get; init; }

    public DateTimeOffset? RetryAfterTimestamp { get; init; }
}
