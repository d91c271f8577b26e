namespace KubeWol.Protocol;

/// <summary>What a capture puts before the network layer; the values are libpcap's link types.</summary>
public enum LinkType
{
    /// <summary>An Ethernet header (DLT_EN10MB).</summary>
    Ethernet = 1,

    /// <summary>Linux cooked capture, version 1 (DLT_LINUX_SLL).</summary>
    LinuxCooked = 113,

    /// <summary>Linux cooked capture, version 2 (DLT_LINUX_SLL2).</summary>
    LinuxCooked2 = 276,
}
