using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What is cloned, by KubeVirt's VirtualMachineClone.</summary>
public sealed record CloneSource
{
    /// <summary>What it is.</summary>
    [DefaultValue(nameof(CloneSourceKind.VirtualMachine))]
    public CloneSourceKind? Kind { get; init; }

    /// <summary>Its name, in this namespace.</summary>
    [Required]
    [StringLength(253, MinimumLength = 1)]
    public string Name { get; init; } = "";
}
