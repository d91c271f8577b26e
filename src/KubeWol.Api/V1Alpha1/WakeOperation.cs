using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What was done to the machine.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakeOperation>))]
public enum WakeOperation
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Nothing; it was not necessary, or not possible.</summary>
    None,

    /// <summary>KubeVirt's start subresource was called.</summary>
    Start,

    /// <summary>KubeVirt's unpause subresource was called.</summary>
    Unpause,
}
