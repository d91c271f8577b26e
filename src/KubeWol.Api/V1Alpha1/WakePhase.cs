using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>How far a request has come.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<WakePhase>))]
public enum WakePhase
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>Accepted; nothing was done to the machine yet.</summary>
    Pending,

    /// <summary>An operation was issued; the machine is on its way.</summary>
    Running,

    /// <summary>The machine is in the state that was asked for.</summary>
    Succeeded,

    /// <summary>It will not get there; the reason says why.</summary>
    Failed,
}
