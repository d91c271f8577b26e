using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What is asked of a machine.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakeAction>))]
public enum WakeAction
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Start it, or unpause it.</summary>
    Wake,
}
