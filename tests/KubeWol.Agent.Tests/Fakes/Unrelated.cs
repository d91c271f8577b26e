using System.Buffers.Binary;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>Traffic of a LAN that is no Wake-on-LAN: the kernel's filter must keep it away.</summary>
internal static class Unrelated
{
    private static readonly byte[] Packet = MagicPacket.Build(MacAddress.Parse("52:54:00:bb:bb:bb"));

    private static readonly Dictionary<string, Func<VlanTag[], byte[]>> Frames = new()
    {
        ["ARP"] = tags => Raw(0x0806, new byte[46], tags),
        ["a magic packet in another EtherType"] = tags => Raw(0x0843, Packet, tags),
        ["a magic packet in an IEEE 802.3 frame"] = tags => Raw((ushort)Packet.Length, Packet, tags),
        ["IPv4 to another port"] = tags => Udp(WolTransport.UdpV4, 10, tags),
        ["IPv4 from a listened port"] = tags => (V4(tags) with { SourcePort = 9, DestinationPort = 53 }).Build(Packet),
        ["IPv4 TCP to port 9"] = tags => WithProtocol(V4(tags).Build(Packet), 14 + (tags.Length * 4) + 9, 6),
        ["a later IPv4 fragment"] = tags => V4(tags).BuildFragments([.. new byte[200], .. Packet], 128).Skip(1).First(),
        ["IPv6 to another port"] = tags => Udp(WolTransport.UdpV6, 10, tags),
        ["IPv6 TCP to port 9"] = tags => WithProtocol(Udp(WolTransport.UdpV6, 9, tags), 14 + (tags.Length * 4) + 6, 6),
        ["IPv6 neighbour discovery"] = tags => WithProtocol(Udp(WolTransport.UdpV6, 9, tags), 14 + (tags.Length * 4) + 6, 58),
        ["LLDP"] = tags => Raw(0x88CC, new byte[46], tags),
    };

    public static IEnumerable<string> All => Frames.Keys;

    public static TheoryData<string> Names => [.. Frames.Keys];

    public static byte[] Frame(string name, params IEnumerable<VlanTag> tags) => Frames[name]([.. tags]);

    private static WolFrameBuilder V4(VlanTag[] tags) => new() { Transport = WolTransport.UdpV4, Vlans = [.. tags] };

    private static byte[] Udp(WolTransport transport, ushort port, VlanTag[] tags) => new WolFrameBuilder { Transport = transport, DestinationPort = port, Vlans = [.. tags] }.Build(Packet);

    private static byte[] Raw(ushort type, byte[] payload, VlanTag[] tags)
    {
        var frame = new WolFrameBuilder { Vlans = [.. tags] }.Build(payload);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12 + (tags.Length * 4)), type);
        return frame;
    }

    /// <summary>The same packet under another IP protocol.</summary>
    private static byte[] WithProtocol(byte[] frame, int at, byte protocol)
    {
        frame[at] = protocol;
        return frame;
    }
}
