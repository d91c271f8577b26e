namespace KubeWol.Protocol.Tests;

internal static class Samples
{
    public static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");

    public static readonly byte[] Packet = MagicPacket.Build(Target);

    /// <summary>What a signed command looks like from here; a payload of forty octets.</summary>
    public static readonly byte[] SignedCommand = Command([.. Enumerable.Range(1, 40).Select(octet => (byte)octet)], [.. Enumerable.Range(100, 64).Select(octet => (byte)octet)]);

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

    /// <summary>The shape of a command around any payload and signature; its protected header is {1: -7}.</summary>
    public static byte[] Command(byte[] payload, byte[]? signature = null)
    {
        byte[] head = payload.Length switch
        {
            < 24 => [(byte)(0x40 + payload.Length)],
            < 256 => [0x58, (byte)payload.Length],
            _ => [0x59, (byte)(payload.Length >> 8), (byte)payload.Length],
        };
        return [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, .. head, .. payload, 0x58, 0x40, .. signature ?? new byte[64]];
    }

    /// <summary>Bytes in a notation of our own: hex digits, and (xx*n) for n times xx.</summary>
    public static byte[] Decode(string notation)
    {
        List<byte> bytes = [];
        foreach (var part in notation.Split('(', ')'))
        {
            var unit = Convert.FromHexString(part.Split('*')[0]);
            var times = part.Contains('*', StringComparison.Ordinal) ? int.Parse(part.Split('*')[1]) : 1;
            for (; times > 0; times--) bytes.AddRange(unit);
        }
        return [.. bytes];
    }
}
