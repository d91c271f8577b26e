namespace KubeWol.Protocol;

/// <summary>A VLAN tag to build a frame with: an id from 0 to 4095 and the tag protocol (0x8100, 0x88a8 or 0x9100).</summary>
public readonly record struct VlanTag(ushort Id, ushort Protocol = EtherType.Dot1Q)
{
    /// <summary>The 802.1Q tag of a VLAN.</summary>
    public static implicit operator VlanTag(ushort id) => new(id);
}
