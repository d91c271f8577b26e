using System.ComponentModel.DataAnnotations;

namespace KubeWol.Api.V1Alpha1;

/// <summary>One particular VirtualMachine.</summary>
public sealed record VirtualMachineReference
{
    /// <summary>Its namespace.</summary>
    [StringLength(63)]
    public string? Namespace { get; init; }

    /// <summary>Its name.</summary>
    [StringLength(253)]
    public string? Name { get; init; }

    /// <summary>Its UID: another machine of the same name is another machine.</summary>
    [StringLength(128)]
    public string? Uid { get; init; }
}
