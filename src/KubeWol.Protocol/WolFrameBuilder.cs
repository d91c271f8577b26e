using System.Collections.Immutable;

namespace KubeWol.Protocol;

/// <summary>Makes whole frames of every kind that WolFrame reads. As it stands: EtherType 0x0842, broadcast, untagged.</summary>
public sealed record WolFrameBuilder
{
    private const int UdpHeaderSize = 8;

    /// <summary>What comes before the network layer; a cooked frame keeps only the kind of its destination.</summary>
    public LinkType Link { get; init; } = LinkType.Ethernet;

    /// <summary>Who sends the frame.</summary>
    public MacAddress Source { get; init; } = new(0x02_00_00_00_08_42);

    /// <summary>Who receives the frame.</summary>
    public MacAddress Destination { get; init; } = MacAddress.Broadcast;

    /// <summary>VLAN tags, outermost first.</summary>
    public ImmutableArray<VlanTag> Vlans { get; init; } = [];

    /// <summary>What carries the payload.</summary>
    public WolTransport Transport { get; init; } = WolTransport.Ethernet;

    /// <summary>The IP address of the sender; by default one for documentation (RFC 5737, RFC 3849).</summary>
    public IpAddress? SourceIp { get; init; }

    /// <summary>The IP address of the receiver; by default 255.255.255.255 or ff02::1.</summary>
    public IpAddress? DestinationIp { get; init; }

    /// <summary>The UDP port of the sender.</summary>
    public ushort SourcePort { get; init; } = 40_842;

    /// <summary>The UDP port of the receiver.</summary>
    public ushort DestinationPort { get; init; } = 9;

    /// <summary>IPv4 options: 0 to 40 octets in groups of four.</summary>
    public ImmutableArray<byte> Ipv4Options { get; init; } = [];

    /// <summary>IPv6 extension headers, in their order.</summary>
    public ImmutableArray<Ipv6Extension> Ipv6Extensions { get; init; } = [];

    /// <summary>The frame around a payload; throws where options or payload do not fit.</summary>
    public byte[] Build(ReadOnlySpan<byte> payload) => Transport == WolTransport.Ethernet
        ? BuildLink(EtherType.WakeOnLan, payload)
        : BuildIp(BuildUdp(payload), offset: 0, more: false, fragment: false);

    /// <summary>The fragments of the datagram in order, each with so many octets of it: a multiple of eight, the UDP header included.</summary>
    public IEnumerable<byte[]> BuildFragments(ReadOnlySpan<byte> payload, int octets)
    {
        if (Transport == WolTransport.Ethernet) throw new InvalidOperationException("Only IP packets can be fragmented.");
        if (octets < UdpHeaderSize || octets % 8 != 0)
            throw new ArgumentOutOfRangeException(nameof(octets), octets, "Fragments hold a multiple of eight octets.");

        var datagram = BuildUdp(payload);
        var frames = new List<byte[]>();
        for (var offset = 0; offset < datagram.Length; offset += octets)
        {
            var end = Math.Min(offset + octets, datagram.Length);
            frames.Add(BuildIp(datagram.AsSpan(offset..end), offset, more: end < datagram.Length, fragment: true));
        }
        return frames;
    }

    private IpAddress From => SourceIp ?? IpAddress.Parse(Transport == WolTransport.UdpV6 ? "2001:db8::842" : "192.0.2.84");

    private IpAddress To => DestinationIp ?? IpAddress.Parse(Transport == WolTransport.UdpV6 ? "ff02::1" : "255.255.255.255");

    private byte[] BuildUdp(ReadOnlySpan<byte> payload) => UdpDatagram.Build(From, To, SourcePort, DestinationPort, payload);

    private byte[] BuildIp(ReadOnlySpan<byte> payload, int offset, bool more, bool fragment)
    {
        if (Transport == WolTransport.UdpV4)
            return BuildLink(EtherType.Ipv4, Ipv4Packet.Build(From, To, Ipv4Options.AsSpan(), offset, more, payload));

        // From the inside out, since each header names the one after it.
        var next = IpProtocol.Udp;
        byte[] packet = payload.ToArray();
        ImmutableArray<Ipv6Extension> extensions = fragment ? [.. Ipv6Extensions, Ipv6Extension.Fragment] : Ipv6Extensions;
        foreach (var extension in extensions.Reverse())
        {
            packet = [.. Ipv6Packet.BuildExtension(extension, next, offset, more), .. packet];
            next = (byte)extension;
        }
        return BuildLink(EtherType.Ipv6, Ipv6Packet.Build(From, To, next, packet));
    }

    private byte[] BuildLink(ushort etherType, ReadOnlySpan<byte> payload)
    {
        var tagged = VlanTags.Build(Vlans.AsSpan(), etherType, payload);
        return Link switch
        {
            LinkType.Ethernet => EthernetFrame.Build(Destination, Source, tagged),
            LinkType.LinuxCooked => CookedFrame.Version1.Build(Destination, Source, tagged),
            LinkType.LinuxCooked2 => CookedFrame.Version2.Build(Destination, Source, tagged),
            _ => throw new InvalidOperationException($"There is no way to build a frame of link type {Link}."),
        };
    }
}
