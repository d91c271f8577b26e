using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using KubeWol.Protocol;

namespace KubeWol.Cli.Sending;

/// <summary>How a payload gets to the agents.</summary>
internal sealed record Delivery
{
    /// <summary>The IP address to send to; null for a bare Ethernet frame.</summary>
    public IPAddress? To { get; init; }

    /// <summary>The UDP port.</summary>
    public ushort Port { get; init; } = 9;

    /// <summary>The only interface to send out of; null for every one that leads there.</summary>
    public string? Interface { get; init; }

    /// <summary>The Ethernet destination of frames that we make; null for what the IP address asks for, or everybody.</summary>
    public MacAddress? ToMac { get; init; }

    /// <summary>VLAN tags of frames that we make, outermost first.</summary>
    public ImmutableArray<VlanTag> Vlans { get; init; } = [];

    /// <summary>Whether we make the frame ourselves, as the kernel's UDP can neither tag nor do without IP.</summary>
    public bool IsFrame => To is null || !Vlans.IsEmpty || ToMac is not null;

    /// <summary>Whether it is for all on a link: then it goes out of every interface, since nobody can know which one is meant.</summary>
    public bool IsForAll => To is { } to && (to.Equals(IPAddress.Broadcast) || to.IsIPv6Multicast);

    /// <summary>The whole frame, as it leaves an interface.</summary>
    public byte[] FrameFrom(Nic nic, ReadOnlySpan<byte> payload)
    {
        var transport = To is null ? WolTransport.Ethernet : To.AddressFamily == AddressFamily.InterNetwork ? WolTransport.UdpV4 : WolTransport.UdpV6;
        var frame = new WolFrameBuilder { Source = nic.Mac, Destination = ToMac ?? LinkAddress(To), Vlans = Vlans, Transport = transport, DestinationPort = Port };
        if (To is not null)
        {
            var from = nic.AddressOf(To.AddressFamily) ?? (transport == WolTransport.UdpV4 ? IPAddress.Any : IPAddress.IPv6Any);
            frame = frame with { SourceIp = Plain(from), DestinationIp = Plain(To) };
        }

        return frame.Build(payload);
    }

    public override string ToString() => To is null ? $"{ToMac ?? MacAddress.Broadcast} (EtherType 0x0842)" : new IPEndPoint(new IPAddress(To.GetAddressBytes()), Port).ToString();

    /// <summary>A group's own Ethernet address (RFC 1112 section 6.4, RFC 2464 section 7); for anybody else everybody's, since nothing asks for theirs here.</summary>
    private static MacAddress LinkAddress(IPAddress? to) => to?.GetAddressBytes() switch
    {
        [0xff, .., var a, var b, var c, var d] and { Length: 16 } => new([0x33, 0x33, a, b, c, d]),
        [>= 224 and < 240, var a, var b, var c] => new([0x01, 0x00, 0x5e, (byte)(a & 0x7f), b, c]),
        _ => MacAddress.Broadcast,
    };

    /// <summary>Without the scope, which is no part of the address on the wire.</summary>
    private static IpAddress Plain(IPAddress address) => IpAddress.Parse(new IPAddress(address.GetAddressBytes()).ToString());
}
