using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>A VirtualMachine, but for its name.</summary>
public sealed record InlineMachine
{
    /// <summary>Its labels and annotations.</summary>
    public InlineMachineMetadata? Metadata { get; init; }

    /// <summary>The spec of a kubevirt.io/v1 VirtualMachine. It must have an interface: to that the address is given.</summary>
    [Required]
    public JsonElement Spec { get; init; }
}

/// <summary>The metadata of a machine, but for its name.</summary>
public sealed record InlineMachineMetadata
{
    /// <summary>Its labels.</summary>
    [MaxItems(32)]
    [StringLength(1024)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Its annotations.</summary>
    [MaxItems(32)]
    [StringLength(16_384)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
