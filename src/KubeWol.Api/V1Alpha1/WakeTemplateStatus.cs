using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Whether a template can be used, and what was made from it.</summary>
public sealed record WakeTemplateStatus
{
    /// <summary>How many machines are listed at the most.</summary>
    public const int MachinesListed = 100;

    /// <summary>The generation of the spec that was looked at.</summary>
    [Range(0, long.MaxValue)]
    public long? ObservedGeneration { get; init; }

    /// <summary>How many machines made from it exist.</summary>
    [Range(0, int.MaxValue)]
    public int? Instances { get; init; }

    /// <summary>These machines, by name; the first hundred.</summary>
    [MaxItems(MachinesListed)]
    [ListMapKey("name")]
    public IReadOnlyList<TemplateInstance>? Machines { get; init; }

    /// <summary>Ready and Overlapping, each with a reason.</summary>
    [MaxItems(8)]
    [ListMapKey("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>A machine made from a template.</summary>
public sealed record TemplateInstance
{
    /// <summary>Its name, in the template's namespace.</summary>
    [Required]
    [StringLength(253)]
    public string Name { get; init; } = "";

    /// <summary>The first of its MAC addresses.</summary>
    [StringLength(17)]
    public string? MacAddress { get; init; }
}
