namespace KubeWol.Protocol.Tests;

internal static class Samples
{
    public static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");

    public static readonly byte[] Packet = MagicPacket.Build(Target);

    /// <summary>One builder of each way a frame can be put together.</summary>
    public static readonly IReadOnlyDictionary<string, WolFrameBuilder> Builders = new Dictionary<string, WolFrameBuilder>
    {
        ["raw"] = new(),
        ["raw unicast"] = new() { Destination = Target },
        ["raw multicast"] = new() { Destination = MacAddress.Parse("01:00:5e:00:00:fb") },
        ["802.1Q"] = new() { Vlans = [10] },
        ["QinQ"] = new() { Vlans = [new VlanTag(200, 0x88A8), 10] },
        ["old QinQ"] = new() { Vlans = [new VlanTag(200, 0x9100), 10], Transport = WolTransport.UdpV4 },
        ["eight tags"] = new() { Vlans = [1, 2, 3, 4, 5, 6, 7, 4094] },
        ["UDPv4"] = new() { Transport = WolTransport.UdpV4 },
        ["UDPv4 options"] = new() { Transport = WolTransport.UdpV4, Ipv4Options = [0x94, 4, 0, 0] },
        ["UDPv6"] = new() { Transport = WolTransport.UdpV6, Destination = MacAddress.Parse("33:33:00:00:00:01") },
        ["UDPv6 extensions"] = new()
        {
            Transport = WolTransport.UdpV6,
            Ipv6Extensions =
            [
                Ipv6Extension.HopByHop, Ipv6Extension.DestinationOptions, Ipv6Extension.Routing,
                Ipv6Extension.Fragment, Ipv6Extension.Authentication, Ipv6Extension.DestinationOptions,
            ],
        },
        ["SLL"] = new() { Link = LinkType.LinuxCooked },
        ["SLL tagged UDPv4"] = new() { Link = LinkType.LinuxCooked, Vlans = [10], Transport = WolTransport.UdpV4 },
        ["SLL2"] = new() { Link = LinkType.LinuxCooked2 },
        ["SLL2 QinQ UDPv6"] = new()
        {
            Link = LinkType.LinuxCooked2,
            Vlans = [new VlanTag(200, 0x88A8), 10],
            Transport = WolTransport.UdpV6,
        },
    };

    public static TheoryData<string> BuilderNames => [.. Builders.Keys];
}
