using KubeWol.ControllerRuntime;

namespace KubeWol.Api.KubeVirt;

/// <summary>kubevirt.io/v1 VirtualMachineInstanceMigration: a wish to migrate an instance, and what became of it.</summary>
public sealed record Migration : IResource
{
    /// <summary>Where VirtualMachineInstanceMigrations are served.</summary>
    public static readonly ResourceType<Migration> Type = new("kubevirt.io", "v1", "virtualmachineinstancemigrations", ApiJson.Default.Migration);

    /// <summary><c>kubevirt.io/v1</c>.</summary>
    public string ApiVersion { get; init; } = "kubevirt.io/v1";

    /// <summary><c>VirtualMachineInstanceMigration</c>.</summary>
    public string Kind { get; init; } = "VirtualMachineInstanceMigration";

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What is to be migrated, and where to.</summary>
    public MigrationSpec Spec { get; init; } = new();

    /// <summary>What became of it.</summary>
    public MigrationStatus? Status { get; init; }
}

/// <summary>What is to be migrated, and where to.</summary>
public sealed record MigrationSpec
{
    /// <summary>The instance.</summary>
    public string? VmiName { get; init; }

    /// <summary>Labels the target node must have; they narrow what the machine's own selectors allow.</summary>
    public IReadOnlyDictionary<string, string>? AddedNodeSelector { get; init; }
}

/// <summary>What became of a migration.</summary>
public sealed record MigrationStatus
{
    /// <summary>Pending, Scheduling, Scheduled, PreparingTarget, TargetReady, Running, Succeeded or Failed.</summary>
    public string? Phase { get; init; }
}
