using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>The run strategy that a Halted machine gets when it is woken.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<StartStrategy>))]
public enum StartStrategy
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>KubeVirt starts it again whenever it ends, even if the guest powers off.</summary>
    Always,

    /// <summary>It is started and stopped by command alone.</summary>
    Manual,

    /// <summary>KubeVirt starts it again when it fails, but not when the guest powers off.</summary>
    RerunOnFailure,
}
