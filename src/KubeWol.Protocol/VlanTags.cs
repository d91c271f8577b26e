using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>The VLAN tags between a link header and what it carries: 802.1Q, 802.1ad and the older 0x9100, in any mixture.</summary>
internal static class VlanTags
{
    private const int TagSize = 4;
    private const ushort IdMask = 0x0FFF;

    /// <summary>Takes the tags off: the frame's type and payload become those behind the innermost.</summary>
    public static bool TryStrip(ref LinkFrame frame, out DropReason reason)
    {
        reason = DropReason.None;
        if (!EtherType.IsVlan(frame.EtherType)) return true;

        var etherType = frame.EtherType;
        var payload = frame.Payload;
        var ids = default(VlanIds);
        for (; EtherType.IsVlan(etherType); payload = payload[TagSize..])
        {
            reason = DropReason.FrameTooShort;
            if (payload.Length < TagSize) return false;

            reason = DropReason.TooManyVlanTags;
            if (!ids.TryAdd((ushort)(BinaryPrimitives.ReadUInt16BigEndian(payload) & IdMask))) return false;

            etherType = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        }
        reason = DropReason.None;
        frame.Vlans = ids;
        frame.EtherType = etherType;
        frame.Payload = payload;
        return true;
    }

    /// <summary>The tags, then the type, then the payload, as they follow the addresses of an Ethernet header.</summary>
    public static byte[] Build(ReadOnlySpan<VlanTag> tags, ushort etherType, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[TagSize * tags.Length + 2 + payload.Length];
        var rest = bytes.AsSpan();
        foreach (var tag in tags)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, tag.Protocol);
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], (ushort)(tag.Id & IdMask));
            rest = rest[TagSize..];
        }
        BinaryPrimitives.WriteUInt16BigEndian(rest, etherType);
        payload.CopyTo(rest[2..]);
        return bytes;
    }
}
