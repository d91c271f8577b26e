namespace KubeWol.Protocol;

/// <summary>The EtherTypes that matter here.</summary>
internal static class EtherType
{
    public const ushort Ipv4 = 0x0800;
    public const ushort WakeOnLan = 0x0842;
    public const ushort Dot1Q = 0x8100;
    public const ushort Ipv6 = 0x86DD;
    public const ushort Dot1Ad = 0x88A8;
    public const ushort OldQinQ = 0x9100;

    /// <summary>IEEE 802.3, 3.2.6: smaller values are lengths. SLL's own small numbers (802.3, 802.2) fall below it too.</summary>
    public const ushort Smallest = 0x0600;

    public static bool IsVlan(ushort type) => type is Dot1Q or Dot1Ad or OldQinQ;
}
