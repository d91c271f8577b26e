using KubeWol.ControllerRuntime;

namespace KubeWol.Api.KubeVirt;

/// <summary>clone.kubevirt.io/v1beta1 VirtualMachineClone: a wish for a machine like another one, and how far that has come.</summary>
public sealed record VirtualMachineClone : IResource
{
    /// <summary>The API group and version.</summary>
    public const string GroupVersion = "clone.kubevirt.io/v1beta1";

    /// <summary>Where VirtualMachineClones are served.</summary>
    public static readonly ResourceType<VirtualMachineClone> Type = new("clone.kubevirt.io", "v1beta1", "virtualmachineclones", ApiJson.Default.VirtualMachineClone);

    /// <summary><c>clone.kubevirt.io/v1beta1</c>.</summary>
    public string ApiVersion { get; init; } = GroupVersion;

    /// <summary><c>VirtualMachineClone</c>.</summary>
    public string Kind { get; init; } = "VirtualMachineClone";

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What is wanted.</summary>
    public VirtualMachineCloneSpec? Spec { get; init; }

    /// <summary>How far it has come.</summary>
    public VirtualMachineCloneStatus? Status { get; init; }
}

/// <summary>What is cloned, and what is different of the clone.</summary>
public sealed record VirtualMachineCloneSpec
{
    /// <summary>A VirtualMachine or a VirtualMachineSnapshot of the same namespace.</summary>
    public LocalReference? Source { get; init; }

    /// <summary>The machine that is made.</summary>
    public LocalReference? Target { get; init; }

    /// <summary>Addresses by the names of interfaces. Every other interface loses its address.</summary>
    public IReadOnlyDictionary<string, string>? NewMacAddresses { get; init; }

    /// <summary>JSON patches (RFC 6902) of the machine, each an operation as text.</summary>
    public IReadOnlyList<string>? Patches { get; init; }
}

/// <summary>How far a clone has come.</summary>
public sealed record VirtualMachineCloneStatus
{
    /// <summary>Nothing yet, SnapshotInProgress, RestoreInProgress, CreatingTargetVM, Succeeded or Failed.</summary>
    public string? Phase { get; init; }

    /// <summary>Ready and Progressing; the reason of Ready says what is wrong.</summary>
    public IReadOnlyList<KubeVirtCondition>? Conditions { get; init; }
}

/// <summary>core/v1 TypedLocalObjectReference.</summary>
public sealed record LocalReference(string? ApiGroup, string Kind, string Name);
