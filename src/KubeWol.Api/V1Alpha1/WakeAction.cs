using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What is asked of a machine.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakeAction>))]
public enum WakeAction
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Start it, unpause it, or create it where a WakeTemplate claims its address.</summary>
    Wake,

    /// <summary>Pause it, or shut it down.</summary>
    Sleep,

    /// <summary>Take it to another node: live, paused as it is, or at its next start.</summary>
    Move,

    /// <summary>Create it from a WakeTemplate; if it exists, wake it.</summary>
    Instantiate,

    /// <summary>Delete it.</summary>
    Destroy,
}
