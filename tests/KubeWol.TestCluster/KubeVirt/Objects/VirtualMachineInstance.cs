using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>kubevirt.io/v1 VirtualMachineInstance: the guest itself. It has no status subresource, so status and spec are written alike.</summary>
internal sealed record VirtualMachineInstance : KubeVirtObject
{
    /// <summary>Holds an instance back until its guest has ended.</summary>
    public const string Finalizer = "foregroundDeleteVirtualMachine";

    public const string NodeNameLabel = "kubevirt.io/nodeName";

    public string ApiVersion { get; } = "kubevirt.io/v1";
    public string Kind { get; } = "VirtualMachineInstance";
    public VirtualMachineInstanceSpec Spec { get; init => field = value ?? new(); } = new();
    public VirtualMachineInstanceStatus Status { get; init => field = value ?? new(); } = new();

    [JsonIgnore]
    public string Phase => Status.Phase ?? VmiPhase.Unset;

    [JsonIgnore]
    public bool IsFinal => Phase is VmiPhase.Succeeded or VmiPhase.Failed;

    [JsonIgnore]
    public bool IsRunning => Phase == VmiPhase.Running;

    [JsonIgnore]
    public bool IsPaused => Status.Conditions.IsTrue(Condition.Paused);

    /// <summary>A migration's transfer has begun and not ended (<c>pkg/util/migrations</c>).</summary>
    [JsonIgnore]
    public bool IsMigrating => Status.MigrationState is { StartTimestamp: not null, EndTimestamp: null };

    [JsonIgnore]
    public bool HasEverRun => Status.PhaseTransitionTimestamps?.Any(t => t.Phase == VmiPhase.Running) == true;
}

/// <summary>The values of <c>status.phase</c>, in the order a guest goes through them.</summary>
internal static class VmiPhase
{
    public const string Unset = "";
    public const string Pending = "Pending";
    public const string Scheduling = "Scheduling";
    public const string Scheduled = "Scheduled";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
    public const string Unknown = "Unknown";
}

/// <summary>The spec. What the stand-in does not judge by is carried along as it came from the template.</summary>
internal sealed record VirtualMachineInstanceSpec
{
    public JsonElement? Domain { get; init; }
    public JsonElement? Networks { get; init; }
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
    public JsonElement? Affinity { get; init; }
    public string? StartStrategy { get; init; }
    public long? TerminationGracePeriodSeconds { get; init; }
    public JsonElement? LivenessProbe { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Rest { get; set; }
}

/// <summary>The status, as virt-controller and virt-handler would write it.</summary>
internal sealed record VirtualMachineInstanceStatus
{
    public string? Phase { get; init; }
    public string? NodeName { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
    public IReadOnlyList<LiveInterface>? Interfaces { get; init; }
    public MigrationState? MigrationState { get; init; }
    public IReadOnlyList<PhaseTransition>? PhaseTransitionTimestamps { get; init; }
}

/// <summary>When a phase was entered.</summary>
internal sealed record PhaseTransition(string Phase, DateTimeOffset PhaseTransitionTimestamp);

/// <summary>A NIC of the running guest.</summary>
internal sealed record LiveInterface(string Name, string Mac, string? IpAddress = null, string InfoSource = "domain");
