using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Chooses objects by their labels, as Kubernetes does everywhere: all parts must match, and none at all matches everything.</summary>
public sealed record LabelSelector
{
    /// <summary>Labels they must have, with these values.</summary>
    [MaxItems(16)]
    [StringLength(63)]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Other conditions on their labels.</summary>
    [MaxItems(16)]
    public IReadOnlyList<LabelRequirement>? MatchExpressions { get; init; }
}

/// <summary>A condition on one label.</summary>
[Rule("self.operator in ['In', 'NotIn'] ? has(self.values) && self.values.size() > 0 : !has(self.values) || self.values.size() == 0",
    "In and NotIn need values, Exists and DoesNotExist take none")]
public sealed record LabelRequirement
{
    /// <summary>The label's key.</summary>
    [Required]
    [StringLength(317, MinimumLength = 1)]
    public string Key { get; init; } = "";

    /// <summary>What is asked of it.</summary>
    [Required]
    public LabelOperator? Operator { get; init; }

    /// <summary>The values it is compared with.</summary>
    [MaxItems(32)]
    [StringLength(63)]
    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>How a label is compared.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<LabelOperator>))]
public enum LabelOperator
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>It has one of the values.</summary>
    In,

    /// <summary>It has none of the values, or is not there.</summary>
    NotIn,

    /// <summary>It is there.</summary>
    Exists,

    /// <summary>It is not there.</summary>
    DoesNotExist,
}
