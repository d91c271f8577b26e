using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>kubevirt.io/v1 VirtualMachineInstanceMigration: one attempt to move a running guest to another node.</summary>
internal sealed record Migration : KubeVirtObject
{
    /// <summary>Holds a migration back until it is aborted or over. Put on by the mutating webhook.</summary>
    public const string Finalizer = "kubevirt.io/migrationJobFinalize";

    /// <summary>Names the VMI, so that a migration's siblings can be listed. Put on by the mutating webhook.</summary>
    public const string VmiNameLabel = "kubevirt.io/vmi-name";

    public string ApiVersion { get; } = "kubevirt.io/v1";
    public string Kind { get; } = "VirtualMachineInstanceMigration";
    public MigrationSpec Spec { get; init => field = value ?? new(); } = new();
    public MigrationStatus Status { get; init => field = value ?? new(); } = new();

    [JsonIgnore]
    public string Phase => Status.Phase ?? MigrationPhase.Unset;

    [JsonIgnore]
    public bool IsFinal => Phase is MigrationPhase.Succeeded or MigrationPhase.Failed;
}

/// <summary>The values of <c>status.phase</c>, in order.</summary>
internal static class MigrationPhase
{
    public const string Unset = "";
    public const string Pending = "Pending";
    public const string Scheduling = "Scheduling";
    public const string Scheduled = "Scheduled";
    public const string PreparingTarget = "PreparingTarget";
    public const string TargetReady = "TargetReady";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
}

/// <summary>What to move, and optionally where to. The three last fields are there to be refused.</summary>
internal sealed record MigrationSpec
{
    public string? VmiName { get; init; }
    public IReadOnlyDictionary<string, string>? AddedNodeSelector { get; init; }
    public string? Priority { get; init; }
    public JsonElement? SendTo { get; init; }
    public JsonElement? Receive { get; init; }
}

/// <summary>How far the migration has come; the state is copied from the VMI at the end.</summary>
internal sealed record MigrationStatus
{
    public string? Phase { get; init; }
    public MigrationState? MigrationState { get; init; }
    public IReadOnlyList<PhaseTransition>? PhaseTransitionTimestamps { get; init; }
}

/// <summary><c>status.migrationState</c> of a VMI: its latest migration.</summary>
internal sealed record MigrationState
{
    public string? MigrationUid { get; init; }
    public string? SourceNode { get; init; }
    public string? TargetNode { get; init; }
    public DateTimeOffset? StartTimestamp { get; init; }
    public DateTimeOffset? EndTimestamp { get; init; }
    public bool? Completed { get; init; }
    public bool? Failed { get; init; }
    public bool? AbortRequested { get; init; }
    public string? AbortStatus { get; init; }
    public string? FailureReason { get; init; }
}
