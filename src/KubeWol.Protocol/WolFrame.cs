namespace KubeWol.Protocol;

/// <summary>A captured frame that holds at least one valid magic packet; it is valid as long as the bytes it was read from.</summary>
/// <remarks>
/// On the way of a frame structs are filled in place, for a copy waits until the narrow stores before it are through; and what native code, which knows no
/// profile, does not inline by itself but should is marked so, each as measured (docs/design/capture.md).
/// </remarks>
public ref struct WolFrame
{
    /// <summary>Octets in the longest frame that is read: an IPv6 packet of 65,575, the longest link header, eight VLAN tags.</summary>
    public const int MaxLength = 65_575 + 20 + VlanIds.Max * 4;

    private ReadOnlySpan<byte> _packets;

    /// <summary>The sender on the last link; zero in a cooked capture from a device without such addresses.</summary>
    public MacAddress SourceMac { readonly get; private set; }

    /// <summary>The VLANs the frame is tagged with.</summary>
    public VlanIds Vlans { readonly get; private set; }

    /// <summary>What carries the magic packets.</summary>
    public WolTransport Transport { readonly get; private set; }

    /// <summary>The sender's IP address; null without UDP.</summary>
    public IpAddress? SourceIp { readonly get; private set; }

    /// <summary>The UDP port the frame was sent to; 0 without UDP.</summary>
    public ushort DestinationPort { readonly get; private set; }

    /// <summary>The magic packets: one or more; none in a frame that was refused.</summary>
    public readonly MagicPackets Packets => new(_packets);

    /// <summary>Reads a frame as captured. Never throws, allocates nothing; of a refused frame it gives the most telling reason.</summary>
    public static bool TryParse(LinkType link, ReadOnlySpan<byte> bytes, WolPorts ports, out WolFrame frame, out DropReason reason)
    {
        frame = default;
        if (!LinkFrame.TryParse(link, bytes, out var outer, out reason)) return false;

        switch (outer.EtherType)
        {
            case EtherType.WakeOnLan:
                return TryFind(outer, outer.Payload, ref frame, out reason);
            case EtherType.Ipv4:
                return Ipv4Packet.TryParse(outer.Payload, out var v4, out reason)
                    && TryParseUdp(outer, WolTransport.UdpV4, v4, ports, ref frame, out reason);
            case EtherType.Ipv6:
                return Ipv6Packet.TryParse(outer.Payload, out var v6, out reason)
                    && TryParseUdp(outer, WolTransport.UdpV6, v6, ports, ref frame, out reason);
            default:
                reason = outer.EtherType < EtherType.Smallest ? DropReason.NotEthernetII : DropReason.OtherProtocol;
                return false;
        }
    }

    private static bool TryParseUdp(
        scoped in LinkFrame outer, WolTransport transport, scoped in IpPacket packet, WolPorts ports,
        ref WolFrame frame, out DropReason reason)
    {
        if (!UdpDatagram.TryParse(packet, out var datagram, out reason)) return false;

        reason = DropReason.OtherPort;
        if (!ports.Contains(datagram.DestinationPort)) return false;

        if (!TryFind(outer, datagram.Payload, ref frame, out reason)) return false;
        frame.Transport = transport;
        frame.SourceIp = packet.Source;
        frame.DestinationPort = datagram.DestinationPort;
        return true;
    }

    private static bool TryFind(scoped in LinkFrame outer, ReadOnlySpan<byte> payload, ref WolFrame frame, out DropReason reason)
    {
        var first = MagicPacketScanner.Find(payload, 0, out var firstSync);
        reason = first < 0 ? MagicPacketScanner.Explain(payload, firstSync) : DropReason.None;
        if (first < 0) return false;

        frame._packets = payload[first..];
        frame.SourceMac = outer.Source;
        frame.Vlans = outer.Vlans;
        return true;
    }
}
