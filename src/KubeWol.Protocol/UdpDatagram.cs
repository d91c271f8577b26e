using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>A UDP datagram (RFC 768), or as much of it as the packet holds.</summary>
internal readonly ref struct UdpDatagram
{
    private const int HeaderSize = 8;

    public ushort DestinationPort { get; private init; }

    /// <summary>What the length field covers: Ethernet's padding is not part of it.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>Reads the header. Only where the packet does not hold all of the datagram may the length exceed what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParse(scoped in IpPacket packet, out UdpDatagram datagram, out DropReason reason)
    {
        datagram = default;
        var bytes = packet.Payload;
        reason = packet.IsWhole ? DropReason.MalformedHeader : DropReason.FrameTooShort;
        if (bytes.Length < HeaderSize) return false;

        // A length of 0 means "to the end" in IPv6 jumbograms alone (RFC 2675); no sender of magic packets makes those.
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        reason = DropReason.MalformedHeader;
        if (length < HeaderSize || (packet.IsWhole && length > bytes.Length)) return false;

        reason = DropReason.None;
        datagram = new UdpDatagram
        {
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            Payload = bytes[HeaderSize..Math.Min(length, bytes.Length)],
        };
        return true;
    }

    /// <summary>A datagram with a correct checksum, which covers the addresses too.</summary>
    public static byte[] Build(
        IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload)
    {
        byte[] datagram = [.. new byte[HeaderSize], .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), checked((ushort)datagram.Length));

        // The pseudo-header, in an order of our own: a sum does not mind. A sum of zero is sent as all ones (RFC 768).
        var checksum = InternetChecksum.Compute(
            [.. source.ToBytes(), .. destination.ToBytes(), 0, IpProtocol.Udp, datagram[4], datagram[5], .. datagram]);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), checksum == 0 ? ushort.MaxValue : checksum);
        return datagram;
    }
}
