using KubeWol.Protocol;

namespace KubeWol.Agent.Capture;

/// <summary>The kernel's filter (pcap-filter(7)): lets through what may be a Wake-on-LAN message, so that other traffic costs this process nothing.</summary>
internal static class WolFilter
{
    /// <summary>The kernel looks through this many tags. Frames with more are so rare that all of them are handed over.</summary>
    private const int VlanDepth = 3;

    /// <summary>
    /// The filter for an Ethernet interface. It must be set on the open device: libpcap then also looks for the outer tag where the kernel
    /// keeps it, apart from the frame.
    /// </summary>
    public static string ForEthernet(WolPorts ports)
    {
        var untagged = Payloads(ports);
        var filter = $"{untagged} or vlan";
        for (var i = 0; i < VlanDepth; i++) filter = $"{untagged} or (vlan and ({filter}))";
        return filter;
    }

    /// <summary>The filter for a cooked interface (ppp, some tunnels), where libpcap knows no tags.</summary>
    public static string ForCooked(WolPorts ports) => Payloads(ports);

    /// <summary>
    /// A port test fails on IPv6 with extension headers, which are rare enough to hand all of them over: 0 hop-by-hop, 43 routing, 44 fragment,
    /// 51 authentication, 60 destination options. Of IPv4 fragments it lets the first through, which has the ports.
    /// </summary>
    private static string Payloads(WolPorts ports) =>
        $"ether proto 0x0842 or {string.Join(" or ", ports.Ranges.Select(Port))} or (ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44 or ip6[6] = 51 or ip6[6] = 60))";

    private static string Port(PortRange range) => range.First == range.Last ? $"udp dst port {range.First}" : $"udp dst portrange {range.First}-{range.Last}";
}
