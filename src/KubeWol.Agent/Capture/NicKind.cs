namespace KubeWol.Agent.Capture;

/// <summary>What sort of network interface it is, as far as the default choice cares.</summary>
internal enum NicKind
{
    /// <summary>Anything else: loopback, veth, tap, tunnel, dummy …</summary>
    Other,

    /// <summary>Backed by a device: PCI, USB, virtio.</summary>
    Physical,

    /// <summary>Several interfaces used as one, by the bonding or the team driver.</summary>
    Bond,

    /// <summary>A software switch.</summary>
    Bridge,

    /// <summary>One VLAN of another interface.</summary>
    Vlan,
}
