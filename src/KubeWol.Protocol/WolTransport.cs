namespace KubeWol.Protocol;

/// <summary>What carried a magic packet.</summary>
public enum WolTransport
{
    /// <summary>The frame itself, with EtherType 0x0842.</summary>
    Ethernet,

    /// <summary>A UDP datagram over IPv4.</summary>
    UdpV4,

    /// <summary>A UDP datagram over IPv6.</summary>
    UdpV6,
}
