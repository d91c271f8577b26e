using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>Ethernet II: two addresses, VLAN tags if any, the EtherType, the payload.</summary>
internal static class EthernetFrame
{
    private const int SourceAt = 6;
    private const int EtherTypeAt = 12;
    private const int HeaderSize = 14;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out LinkFrame frame, out DropReason reason)
    {
        frame = default;
        reason = DropReason.FrameTooShort;
        if (bytes.Length < HeaderSize) return false;

        var etherType = BinaryPrimitives.ReadUInt16BigEndian(bytes[EtherTypeAt..]);
        var payload = bytes[HeaderSize..];
        if (!VlanTags.TryStrip(ref etherType, ref payload, out var vlans, out reason)) return false;

        frame = new LinkFrame
        {
            Source = new MacAddress(bytes.Slice(SourceAt, MacAddress.Size)),
            Vlans = vlans,
            EtherType = etherType,
            Payload = payload,
        };
        return true;
    }

    /// <summary>The frame whose last part starts with its first VLAN tag, or with its EtherType if it has none.</summary>
    public static byte[] Build(MacAddress destination, MacAddress source, ReadOnlySpan<byte> typeAndPayload)
    {
        byte[] frame = [.. new byte[EtherTypeAt], .. typeAndPayload];
        destination.CopyTo(frame);
        source.CopyTo(frame.AsSpan(SourceAt));
        return frame;
    }
}
