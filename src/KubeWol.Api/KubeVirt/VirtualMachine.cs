using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.KubeVirt;

/// <summary>The part of kubevirt.io/v1 VirtualMachine that KubeWol reads; everything else is skipped while decoding.</summary>
public sealed record VirtualMachine : IResource
{
    /// <summary>Where VirtualMachines are served.</summary>
    public static readonly ResourceType<VirtualMachine> Type = new("kubevirt.io", "v1", "virtualmachines", ApiJson.Default.VirtualMachine);

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init => field = LeanMetadata.OfMachine(value); } = new();

    /// <summary>What its owner wants.</summary>
    public VirtualMachineSpec? Spec { get; init; }

    /// <summary>What KubeVirt sees.</summary>
    public VirtualMachineStatus? Status { get; init; }
}

/// <summary>What the owner of a machine wants.</summary>
public sealed record VirtualMachineSpec
{
    /// <summary>The older form of the run strategy: true is Always, false is Halted. Never set together with it.</summary>
    public bool? Running { get; init; }

    /// <summary>Always, Halted, Manual, RerunOnFailure, Once or WaitAsReceiver.</summary>
    [JsonConverter(typeof(RepeatedTextConverter))]
    public string? RunStrategy { get; init; }

    /// <summary>The instance that a start creates.</summary>
    public InstanceTemplate? Template { get; init; }
}

/// <summary>spec.template of a VirtualMachine.</summary>
public sealed record InstanceTemplate(InstanceSpec? Spec);

/// <summary>The spec of an instance, down to its interfaces and the nodes it prefers.</summary>
public sealed record InstanceSpec(InstanceDomain? Domain, InstanceAffinity? Affinity = null);

/// <summary>spec.affinity of an instance.</summary>
public sealed record InstanceAffinity(NodeAffinity? NodeAffinity);

/// <summary>spec.affinity.nodeAffinity of an instance.</summary>
public sealed record NodeAffinity(IReadOnlyList<PreferredNodes>? PreferredDuringSchedulingIgnoredDuringExecution);

/// <summary>Nodes that an instance would rather be on.</summary>
public sealed record PreferredNodes(NodeTerm? Preference);

/// <summary>Labels of nodes.</summary>
public sealed record NodeTerm(IReadOnlyList<NodeRequirement>? MatchExpressions);

/// <summary>A label of nodes, and what it has to be.</summary>
public sealed record NodeRequirement(string? Key, string? Operator, IReadOnlyList<string>? Values);

/// <summary>spec.domain of an instance.</summary>
public sealed record InstanceDomain(InstanceDevices? Devices);

/// <summary>spec.domain.devices of an instance.</summary>
public sealed record InstanceDevices(IReadOnlyList<InstanceInterface>? Interfaces);

/// <summary>One interface of an instance. The address is stored as its author spelt it, or absent.</summary>
[method: JsonConstructor]
public readonly record struct InstanceInterface(string? MacAddress, string? Name = null)
{
    /// <summary>Its name; not kept where the address is fixed: nobody asks for it then, and a hundred thousand of them weigh.</summary>
    [JsonConverter(typeof(RepeatedTextConverter))]
    public string? Name { get; } = MacAddress is { Length: > 0 } ? null : Name;
}

/// <summary>What KubeVirt says of a machine.</summary>
public sealed record VirtualMachineStatus
{
    /// <summary>One word for people, and the most telling one: Stopped, Starting, Running, Paused, Stopping, Migrating, CrashLoopBackOff …</summary>
    [JsonConverter(typeof(RepeatedTextConverter))]
    public string? PrintableStatus { get; init; }

    /// <summary>Whether the guest is ready, by its readiness probe where it has one.</summary>
    public bool? Ready { get; init; }

    /// <summary>Whether an instance exists.</summary>
    public bool? Created { get; init; }

    /// <summary>Starts and stops that were accepted and not yet carried out.</summary>
    public IReadOnlyList<StateChangeRequest>? StateChangeRequests { get; init; }

    /// <summary>What went wrong, if anything. The other conditions are in the words above: nobody asks for them, and a hundred thousand of each weigh.</summary>
    public IReadOnlyList<KubeVirtCondition>? Conditions { get; init => field = value?.Where(c => c is { Type: "Failure", Status: "True" }).ToArray() is { Length: > 0 } failures ? failures : null; }
}

/// <summary>A start or stop that KubeVirt accepted and has not yet carried out.</summary>
public sealed record StateChangeRequest(string? Action);

/// <summary>A condition as KubeVirt writes them.</summary>
public sealed record KubeVirtCondition(string? Type, string? Status, string? Reason, string? Message);
