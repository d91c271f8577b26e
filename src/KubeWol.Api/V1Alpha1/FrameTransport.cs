using System.Text.Json.Serialization;

namespace KubeWol.Api.V1Alpha1;

/// <summary>What a magic packet travelled in.</summary>
[JsonConverter(typeof(KnownOrUnknownEnumConverter<FrameTransport>))]
public enum FrameTransport
{
    /// <summary>Written by a newer version; never by this one.</summary>
    Unknown,

    /// <summary>A bare Ethernet frame of type 0x0842.</summary>
    Ethernet,

    /// <summary>UDP over IPv4.</summary>
    UDPv4,

    /// <summary>UDP over IPv6.</summary>
    UDPv6,
}
