namespace KubeWol.Torture.Planning;

/// <summary>How a message travels, and so how it says its verb.</summary>
internal enum Wire
{
    /// <summary>EtherType 0x0842.</summary>
    Ethernet,

    /// <summary>UDP over IPv4, to a port.</summary>
    Udp4,

    /// <summary>UDP over IPv6, to a port.</summary>
    Udp6,
}
