using System.Buffers.Binary;

namespace KubeWol.Protocol;

/// <summary>IPv4 (RFC 791): options are stepped over, and of a fragmented datagram the first part is read.</summary>
internal static class Ipv4Packet
{
    private const int MinimumHeaderSize = 20;
    private const int MaximumHeaderSize = 60;
    private const int SourceAt = 12;
    private const ushort MoreFragments = 0x2000;
    private const ushort OffsetMask = 0x1FFF;

    public static bool TryParse(ReadOnlySpan<byte> bytes, out IpPacket packet, out DropReason reason)
    {
        packet = default;
        reason = DropReason.FrameTooShort;
        if (bytes.Length < MinimumHeaderSize) return false;

        var headerSize = (bytes[0] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        reason = DropReason.MalformedHeader;
        if (bytes[0] >> 4 != 4 || headerSize < MinimumHeaderSize || totalLength < headerSize) return false;

        reason = DropReason.FrameTooShort;
        if (bytes.Length < headerSize) return false;

        reason = DropReason.OtherProtocol;
        if (bytes[9] != IpProtocol.Udp) return false;

        var fragment = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        reason = DropReason.LaterFragment;
        if ((fragment & OffsetMask) != 0) return false;

        reason = DropReason.None;
        packet = new IpPacket
        {
            Source = new IpAddress(bytes.Slice(SourceAt, 4)),
            Payload = bytes[headerSize..Math.Min(totalLength, bytes.Length)],
            IsWhole = (fragment & MoreFragments) == 0 && totalLength <= bytes.Length,
        };
        return true;
    }

    /// <summary>A packet with a correct checksum. Options fill groups of four octets; the offset, in octets, is a multiple of eight.</summary>
    public static byte[] Build(
        IpAddress source, IpAddress destination, ReadOnlySpan<byte> options, int offset, bool moreFragments, ReadOnlySpan<byte> payload)
    {
        var headerSize = MinimumHeaderSize + options.Length;
        if (options.Length % 4 != 0 || headerSize > MaximumHeaderSize)
            throw new ArgumentException($"IPv4 options fill 0 to 40 octets in groups of four, not {options.Length}.", nameof(options));

        byte[] packet = [.. new byte[headerSize], .. payload];
        packet[0] = (byte)(4 << 4 | headerSize / 4);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), checked((ushort)packet.Length));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), 0x0842);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)(offset / 8 | (moreFragments ? MoreFragments : 0)));
        packet[8] = 64;
        packet[9] = IpProtocol.Udp;
        source.ToBytes().CopyTo(packet, SourceAt);
        destination.ToBytes().CopyTo(packet, SourceAt + 4);
        options.CopyTo(packet.AsSpan(MinimumHeaderSize));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), InternetChecksum.Compute(packet.AsSpan(0, headerSize)));
        return packet;
    }
}
