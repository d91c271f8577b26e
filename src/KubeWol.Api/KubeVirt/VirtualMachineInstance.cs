using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.KubeVirt;

/// <summary>The part of kubevirt.io/v1 VirtualMachineInstance that KubeWol reads. It bears the name of its VirtualMachine.</summary>
public sealed record VirtualMachineInstance : IResource
{
    /// <summary>Where VirtualMachineInstances are served.</summary>
    public static readonly ResourceType<VirtualMachineInstance> Type = new("kubevirt.io", "v1", "virtualmachineinstances", ApiJson.Default.VirtualMachineInstance);

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init => field = LeanMetadata.OfInstance(value); } = new();

    /// <summary>What KubeVirt sees.</summary>
    public VirtualMachineInstanceStatus? Status { get; init; }
}

/// <summary>What KubeVirt says of an instance.</summary>
public sealed record VirtualMachineInstanceStatus
{
    /// <summary>Pending, Scheduling, Scheduled, Running, Succeeded, Failed, Unknown.</summary>
    public string? Phase { get; init; }

    /// <summary>The node it is on.</summary>
    public string? NodeName { get; init; }

    /// <summary>The interfaces it really has.</summary>
    public IReadOnlyList<LiveInterface>? Interfaces { get; init; }

    /// <summary>Ready, Paused, LiveMigratable …</summary>
    public IReadOnlyList<KubeVirtCondition>? Conditions { get; init; }

    /// <summary>The last migration, under way or ended.</summary>
    public MigrationState? MigrationState { get; init; }
}

/// <summary>
/// One interface of a running instance. Without an address in the spec it is new at each start. An interface without a name is one that the guest
/// made for itself and its agent reports.
/// </summary>
public readonly record struct LiveInterface(string? Mac, [property: JsonConverter(typeof(RepeatedTextConverter))] string? Name = null);

/// <summary>How the last migration of an instance went, and which that was.</summary>
public sealed record MigrationState(string? TargetNode, string? FailureReason, string? MigrationUid = null, bool? Completed = null);
