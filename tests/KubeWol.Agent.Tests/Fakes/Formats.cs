using System.Collections.Immutable;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Every way a magic packet travels, without its VLAN tags.</summary>
internal static class Formats
{
    private const string FirstFragment = "first fragment of ";

    private static readonly ImmutableArray<byte> Options = [.. Enumerable.Repeat((byte)1, 40)]; // forty times "no operation", the most there can be

    private static readonly Dictionary<string, WolFrameBuilder> Builders = new()
    {
        ["raw broadcast"] = new(),
        ["raw unicast"] = new() { Destination = MacAddress.Parse("52:54:00:77:00:01") },
        ["raw multicast"] = new() { Destination = MacAddress.Parse("01:00:5e:00:00:fb") },
        ["IPv4"] = new() { Transport = WolTransport.UdpV4 },
        ["IPv4 unicast"] = new() { Transport = WolTransport.UdpV4, Destination = MacAddress.Parse("52:54:00:77:00:01"), DestinationIp = IpAddress.Parse("192.0.2.7") },
        ["IPv4 with options"] = new() { Transport = WolTransport.UdpV4, Ipv4Options = Options },
        [FirstFragment + "IPv4"] = new() { Transport = WolTransport.UdpV4 },
        [FirstFragment + "IPv4 with options"] = new() { Transport = WolTransport.UdpV4, Ipv4Options = Options },
        ["IPv6"] = V6(),
        ["IPv6 with hop-by-hop options"] = V6(Ipv6Extension.HopByHop),
        ["IPv6 with routing"] = V6(Ipv6Extension.Routing),
        ["IPv6 with a fragment header"] = V6(Ipv6Extension.Fragment),
        ["IPv6 with authentication"] = V6(Ipv6Extension.Authentication),
        ["IPv6 with destination options"] = V6(Ipv6Extension.DestinationOptions),
        ["IPv6 with all of them"] = V6([.. Enum.GetValues<Ipv6Extension>()]),
        [FirstFragment + "IPv6"] = V6(),
        [FirstFragment + "IPv6 with routing"] = V6(Ipv6Extension.Routing),
    };

    public static IReadOnlyList<ushort> TagProtocols { get; } = [0x8100, 0x88A8, 0x9100];

    public static TheoryData<string> Names => [.. Builders.Keys];

    /// <summary>Whether the kernel's filter sees the port: bare Ethernet has none, and behind IPv6 extension headers it is left to the parser.</summary>
    public static bool PortIsSeen(string name)
    {
        var (builder, isFragment) = (Builders[name], name.StartsWith(FirstFragment, StringComparison.Ordinal));
        return builder.Transport == WolTransport.UdpV4 || (builder.Transport == WolTransport.UdpV6 && builder.Ipv6Extensions.IsEmpty && !isFragment);
    }

    /// <summary>The frame of a format that calls <paramref name="target"/>.</summary>
    public static byte[] Frame(string name, MacAddress target, ushort port = 9, params IEnumerable<VlanTag> tags)
    {
        var builder = Builders[name] with { DestinationPort = port, Vlans = [.. tags] };
        byte[] packet = MagicPacket.Build(target);
        // UDP header and packet are 110 octets: they are in the first fragment, and the second one has something to carry.
        return name.StartsWith(FirstFragment, StringComparison.Ordinal) ? builder.BuildFragments([.. packet, .. new byte[64]], 112).First() : builder.Build(packet);
    }

    /// <summary>So many tags of one protocol.</summary>
    public static IEnumerable<VlanTag> Tags(int count, ushort protocol) => Enumerable.Range(1, count).Select(id => new VlanTag((ushort)id, protocol));

    private static WolFrameBuilder V6(params ImmutableArray<Ipv6Extension> extensions) =>
        new() { Transport = WolTransport.UdpV6, Destination = MacAddress.Parse("33:33:00:00:00:01"), Ipv6Extensions = extensions };
}
