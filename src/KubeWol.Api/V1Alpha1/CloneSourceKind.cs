using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What can be cloned.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<CloneSourceKind>))]
public enum CloneSourceKind
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>A machine as it is when the clone is made.</summary>
    VirtualMachine,

    /// <summary>A machine as it was when its snapshot was taken.</summary>
    VirtualMachineSnapshot,
}
