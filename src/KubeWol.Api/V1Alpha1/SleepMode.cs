using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>How deep a machine sleeps.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<SleepMode>))]
public enum SleepMode
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>It is frozen and keeps its memory on the node.</summary>
    Pause,

    /// <summary>It is shut down and frees its memory.</summary>
    Stop,
}
