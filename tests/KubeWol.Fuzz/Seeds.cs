using KubeWol.Protocol;

namespace KubeWol.Fuzz;

/// <summary>Good frames to start from: every committed capture, and one of each kind that can be built.</summary>
public static class Seeds
{
    private static readonly MacAddress Target = MacAddress.Parse("52:54:00:12:34:56");

    public static IEnumerable<byte[]> All() => [.. Captured(), .. Built()];

    private static IEnumerable<byte[]> Captured() => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "captures"), "*.pcap").Order(StringComparer.Ordinal)
        .SelectMany(path => PcapFile.Read(File.ReadAllBytes(path)).Frames);

    private static IEnumerable<byte[]> Built()
    {
        byte[] payload = MagicPacket.Build(Target, password: [1, 2, 3, 4], prefix: [0xFF, 0, 0xFF], copies: 2);
        foreach (var transport in Enum.GetValues<WolTransport>())
        {
            foreach (var link in Enum.GetValues<LinkType>())
            {
                var builder = new WolFrameBuilder { Link = link, Transport = transport };
                yield return builder.Build(payload);
                yield return (builder with
                {
                    Vlans = [10, new VlanTag(20, 0x88A8), new VlanTag(30, 0x9100)],
                    Ipv4Options = [0x94, 4, 0, 0],
                    Ipv6Extensions = [.. Enum.GetValues<Ipv6Extension>()],
                }).Build(payload);
            }
        }
        foreach (var fragment in new WolFrameBuilder { Transport = WolTransport.UdpV4 }.BuildFragments(payload, 120)) yield return fragment;
        foreach (var fragment in new WolFrameBuilder { Transport = WolTransport.UdpV6 }.BuildFragments(payload, 120)) yield return fragment;

        // Commands: alone, which is what is handed on, and behind packets, with and without a password, twice, and with a synchronisation stream inside.
        var command = Command(new byte[40], new byte[64]);
        yield return command;
        yield return Command(new byte[300], new byte[64]);
        byte[] streams = [.. Enumerable.Repeat((byte)0xFF, 64)];
        foreach (var password in (byte[][])[[], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]])
        {
            yield return MagicPacket.Build(Target, password, command: command);
            yield return new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(Target, password, copies: 2, command: Command(streams, streams)));
        }
        yield return MagicPacket.Build(Target, command: Command(MagicPacket.Build(Target), streams));

        // A target that ends with 0xFF after a long run: every alignment but one is a wrong one.
        yield return new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse("52:54:00:ff:ff:ff"), prefix: [0xFF, 0xFF, 0xFF]));
    }

    /// <summary>The shape alone; the signature is none.</summary>
    private static byte[] Command(byte[] payload, byte[] signature) =>
        [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, .. Head(payload), .. payload, .. Head(signature), .. signature];

    private static byte[] Head(byte[] content) => content.Length < 256 ? [0x58, (byte)content.Length] : [0x59, (byte)(content.Length >> 8), (byte)content.Length];
}
