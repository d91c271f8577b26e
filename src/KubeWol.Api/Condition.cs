using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api;

/// <summary>One aspect of an object's state: metav1.Condition.</summary>
public sealed record Condition
{
    /// <summary>Which aspect.</summary>
    [Required]
    [StringLength(316, MinimumLength = 1)]
    public string Type { get; init; } = "";

    /// <summary>True, False or Unknown.</summary>
    [Required]
    public ConditionStatus Status { get; init; }

    /// <summary>Why, in one word.</summary>
    [Required]
    [StringLength(1024, MinimumLength = 1)]
    public string Reason { get; init; } = "";

    /// <summary>Why, for people; may be empty.</summary>
    [Required]
    [StringLength(32_768)]
    public string Message { get; init; } = "";

    /// <summary>The generation of the spec that was looked at.</summary>
    [Range(0, long.MaxValue)]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the status last changed from one value to another.</summary>
    [Required]
    [JsonConverter(typeof(TimeConverter))]
    public DateTimeOffset LastTransitionTime { get; init; }
}
