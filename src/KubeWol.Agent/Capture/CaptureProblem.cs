namespace KubeWol.Agent.Capture;

/// <summary>What keeps an interface from being captured on.</summary>
internal enum CaptureProblem
{
    /// <summary>Something libpcap only has words for.</summary>
    Other,

    /// <summary>The process lacks NET_RAW.</summary>
    NoPermission,

    /// <summary>libpcap is not installed.</summary>
    NoLibrary,

    /// <summary>The interface is not there, or not up.</summary>
    NoInterface,

    /// <summary>Frames on it have no Ethernet header.</summary>
    NotEthernet,
}
