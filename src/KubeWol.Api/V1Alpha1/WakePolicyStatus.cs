using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;

namespace KubeWol.Api.V1Alpha1;

/// <summary>Whether a policy can have an effect.</summary>
public sealed record WakePolicyStatus
{
    /// <summary>The generation of the spec that was looked at.</summary>
    [Range(0, long.MaxValue)]
    public long? ObservedGeneration { get; init; }

    /// <summary>How many machines it selects.</summary>
    [Range(0, int.MaxValue)]
    public int? Machines { get; init; }

    /// <summary>Ready, with a reason: False says why no frame can ever match, or which part cannot.</summary>
    [MaxItems(8)]
    [ListMapKey("type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}
