using System.Text.Json.Serialization;

namespace KubeWol.Api;

/// <summary>Whether a condition holds.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<ConditionStatus>))]
public enum ConditionStatus
{
    /// <summary>Not known, or not yet.</summary>
    Unknown,

    /// <summary>It holds.</summary>
    True,

    /// <summary>It does not hold.</summary>
    False,
}
