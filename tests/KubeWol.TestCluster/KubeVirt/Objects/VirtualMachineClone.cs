using System.Text.Json.Serialization;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>clone.kubevirt.io/v1beta1 VirtualMachineClone.</summary>
internal sealed record VirtualMachineClone : KubeVirtObject
{
    public VirtualMachineCloneSpec Spec { get; init => field = value ?? new(); } = new();
    public VirtualMachineCloneStatus Status { get; init => field = value ?? new(); } = new();

    [JsonIgnore]
    public string Phase => Status.Phase ?? ClonePhase.Unset;
}

/// <summary>The values of <c>status.phase</c>, in order.</summary>
internal static class ClonePhase
{
    public const string Unset = "";
    public const string SnapshotInProgress = "SnapshotInProgress";
    public const string RestoreInProgress = "RestoreInProgress";
    public const string CreatingTargetVm = "CreatingTargetVM";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";
}

/// <summary>What is cloned, and what is different of the clone.</summary>
internal sealed record VirtualMachineCloneSpec
{
    public LocalReference? Source { get; init; }
    public LocalReference? Target { get; init; }
    public IReadOnlyDictionary<string, string>? NewMacAddresses { get; init; }
    public IReadOnlyList<string>? Patches { get; init; }
}

/// <summary>How far it has come.</summary>
internal sealed record VirtualMachineCloneStatus
{
    public string? Phase { get; init; }
    public string? TargetName { get; init; }
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>An object of the same namespace.</summary>
internal sealed record LocalReference(string? ApiGroup, string Kind, string Name);
