using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>A VirtualMachineTemplate of KubeVirt.</summary>
public sealed record MachineTemplateSource
{
    /// <summary>Its name, in this namespace.</summary>
    [Required]
    [StringLength(253, MinimumLength = 1)]
    public string Name { get; init; } = "";

    /// <summary>Values for its parameters, in which $(parameter), $(mac) and $(macHex) of this template are filled in.</summary>
    [MaxItems(32)]
    [StringLength(1024)]
    public IReadOnlyDictionary<string, string>? Parameters { get; init; }
}
