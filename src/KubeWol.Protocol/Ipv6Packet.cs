using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>IPv6 (RFC 8200): extension headers are stepped over, and of a fragmented datagram the first part is read.</summary>
internal static class Ipv6Packet
{
    private const int HeaderSize = 40;
    private const int SourceAt = 8;
    private const int DestinationAt = 24;
    private const int FragmentHeaderSize = 8;
    private const int MaxExtensionHeaders = 8;
    private const ushort OffsetMask = 0xFFF8;
    private const ushort MoreFragments = 1;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out IpPacket packet, out DropReason reason)
    {
        packet = default;
        reason = DropReason.FrameTooShort;
        if (bytes.Length < HeaderSize) return false;

        reason = DropReason.MalformedHeader;
        if (bytes[0] >> 4 != 6) return false;

        int payloadLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        var isWhole = HeaderSize + payloadLength <= bytes.Length;
        var payload = isWhole ? bytes.Slice(HeaderSize, payloadLength) : bytes[HeaderSize..];
        reason = SkipExtensions(bytes[6], ref payload, ref isWhole);
        if (reason != DropReason.None) return false;

        packet = new IpPacket { Source = new IpAddress(bytes.Slice(SourceAt, 16)), Payload = payload, IsWhole = isWhole };
        return true;
    }

    /// <summary>A packet around whole extension headers and a datagram; next is the type of whichever stands first.</summary>
    public static byte[] Build(IpAddress source, IpAddress destination, byte next, ReadOnlySpan<byte> payload)
    {
        byte[] packet = [.. new byte[HeaderSize], .. payload];
        packet[0] = 6 << 4;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), checked((ushort)payload.Length));
        packet[6] = next;
        packet[7] = 64;
        source.ToBytes().CopyTo(packet, SourceAt);
        destination.ToBytes().CopyTo(packet, DestinationAt);
        return packet;
    }

    /// <summary>An extension header that asks nothing of a receiver; a fragment's offset, in octets, is a multiple of eight.</summary>
    public static byte[] BuildExtension(Ipv6Extension type, byte next, int offset = 0, bool moreFragments = false)
    {
        switch (type)
        {
            case Ipv6Extension.Fragment:
                byte[] fragment = [next, 0, 0, 0, 0, 0, 0x08, 0x42];
                BinaryPrimitives.WriteUInt16BigEndian(fragment.AsSpan(2), (ushort)(offset | (moreFragments ? MoreFragments : 0)));
                return fragment;
            case Ipv6Extension.Authentication:
                // RFC 4302: the length counts four-octet words, less two; twelve octets of header, twelve of check value.
                return [next, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, .. new byte[12]];
            case Ipv6Extension.Routing:
                // RFC 4727's experimental type with no segments left: every node passes it by.
                return [next, 0, 253, 0, 0, 0, 0, 0];
            default:
                // One PadN option of six octets.
                return [next, 0, 1, 4, 0, 0, 0, 0];
        }
    }

    private static DropReason SkipExtensions(byte next, ref ReadOnlySpan<byte> rest, ref bool isWhole)
    {
        for (var headers = 0; next != IpProtocol.Udp; headers++)
        {
            if (!IpProtocol.IsExtension(next)) return DropReason.OtherProtocol;
            if (headers == MaxExtensionHeaders) return DropReason.TooManyExtensionHeaders;

            // Each is a multiple of eight octets but AH, which counts in fours (RFC 4302, 2.2); none is shorter than eight.
            var size = rest.Length < 2 ? FragmentHeaderSize : next switch
            {
                IpProtocol.Fragment => FragmentHeaderSize,
                IpProtocol.Authentication => (rest[1] + 2) * 4,
                _ => (rest[1] + 1) * 8,
            };
            if (rest.Length < size) return isWhole ? DropReason.MalformedHeader : DropReason.FrameTooShort;

            var type = next;
            next = rest[0];
            if (type == IpProtocol.Fragment)
            {
                var fragment = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                if ((fragment & OffsetMask) != 0)
                    return next == IpProtocol.Udp || IpProtocol.IsExtension(next) ? DropReason.LaterFragment : DropReason.OtherProtocol;
                isWhole &= (fragment & MoreFragments) == 0;
            }
            rest = rest[size..];
        }
        return DropReason.None;
    }
}
