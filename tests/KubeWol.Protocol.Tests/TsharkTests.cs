using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using KubeWol.Fuzz;

namespace KubeWol.Protocol.Tests;

/// <summary>A second opinion: Wireshark's own dissectors read every capture and every kind of built frame as we do.</summary>
public sealed class TsharkTests
{
    /// <summary>UDP checksums that a NIC would have filled in: wrong on the wire of a veth pair, and heard all the same.</summary>
    private const string Offloaded = "wakeonlan-offloaded";

    [Theory]
    [InlineData(LinkType.Ethernet)]
    [InlineData(LinkType.LinuxCooked)]
    [InlineData(LinkType.LinuxCooked2)]
    public async Task Wireshark_reads_every_frame_as_we_do(LinkType link)
    {
        var frames = Captured(link).Concat(Built(link)).ToArray();
        var packets = await DissectAsync(new PcapFile(link, [.. frames.Select(frame => frame.Bytes)]));

        foreach (var ((name, bytes), packet) in frames.Zip(packets))
        {
            var ours = Outcome.Of(link, bytes);
            Assert.Equal(DropReason.None, ours.Reason);
            var theirs = ReadOutcome(packet);
            Assert.True(ours == theirs, $"{name}: {ours} in place of {theirs}");

            Assert.Equal("ff:ff:ff:ff:ff:ff", Show(packet, "wol.sync").Single());
            Assert.All(Show(packet, "ip.checksum.status"), status => Assert.Equal("1", status));
            Assert.All(Show(packet, "udp.checksum.status"), status => Assert.True(status == (name == Offloaded ? "0" : "1"), name));
            Assert.DoesNotContain(packet.Elements("proto"), proto => (string?)proto.Attribute("name") == "_ws.malformed");
        }
    }

    [Theory]
    [InlineData(WolTransport.UdpV4)]
    [InlineData(WolTransport.UdpV6)]
    public async Task Wireshark_puts_the_built_fragments_together(WolTransport transport)
    {
        var frames = new WolFrameBuilder { Transport = transport }.BuildFragments([.. Samples.Packet, .. new byte[500]], octets: 160);
        var packets = await DissectAsync(new PcapFile(LinkType.Ethernet, [.. frames]));
        Assert.Equal(4, packets.Count);
        Assert.All(packets.SkipLast(1), packet => Assert.Empty(Show(packet, "wol.mac")));
        Assert.Equal(Enumerable.Repeat($"{Samples.Target}", 16), Show(packets[^1], "wol.mac"));
        Assert.Equal("1", Assert.Single(Show(packets[^1], "udp.checksum.status")));
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Captured(LinkType link) =>
        from name in Captures.Names
        let capture = Captures.Read(name)
        where capture.Link == link
        from frame in capture.Frames
        select (name, frame);

    /// <summary>Without octets before the packet: Wireshark looks for the synchronisation stream at the payload's start alone.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> Built(LinkType link) =>
        from builder in Samples.Builders
        from password in (byte[][])[[], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]]
        from port in (ushort[])[9, 47998]
        let payload = MagicPacket.Build(Samples.Target, password)
        select (builder.Key, (builder.Value with { Link = link, DestinationPort = port }).Build(payload));

    private static Outcome ReadOutcome(XElement packet) => new(DropReason.None)
    {
        SourceMac = MacAddress.Parse(Show(packet, "eth.src", "sll.src.eth").Single()),
        SourceIp = Show(packet, "ip.src", "ipv6.src").Select(text => (IpAddress?)IpAddress.Parse(text)).SingleOrDefault(),
        Transport = (Show(packet, "ip.src").Any(), Show(packet, "ipv6.src").Any()) switch
        {
            (true, false) => WolTransport.UdpV4,
            (false, true) => WolTransport.UdpV6,
            _ => WolTransport.Ethernet,
        },
        DestinationPort = Show(packet, "udp.dstport").Select(text => int.Parse(text, CultureInfo.InvariantCulture)).SingleOrDefault(),
        Vlans = string.Join(',', Show(packet, "vlan.id", "ieee8021ad.id")),

        // What Wireshark 4.0 shows of a password are octets of its text form; the value is right.
        Packets = $"{Show(packet, "wol.mac").Distinct().SingleOrDefault()}/{Read(packet, "value", "wol.passwd").SingleOrDefault()}/",
    };

    private static IEnumerable<string> Show(XElement packet, params string[] fields) => Read(packet, "show", fields);

    private static IEnumerable<string> Read(XElement packet, string attribute, params string[] fields) =>
        from field in packet.Descendants("field")
        where fields.Contains((string?)field.Attribute("name"))
        select (string)field.Attribute(attribute)!;

    private static async Task<IReadOnlyList<XElement>> DissectAsync(PcapFile capture)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, capture.Write(), TestContext.Current.CancellationToken);
            string[] arguments =
            [
                "-n", "-r", path, "-T", "pdml",
                "-o", "udp.try_heuristic_first:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
            ];
            using var tshark = Start(arguments);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            var document = await XDocument.LoadAsync(tshark.StandardOutput, LoadOptions.None, limit.Token);
            await tshark.WaitForExitAsync(limit.Token);
            IReadOnlyList<XElement> packets = [.. document.Root!.Elements("packet")];
            Assert.Equal(capture.Frames.Count, packets.Count);
            return packets;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("tshark", arguments) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("tshark is not installed (apt-get install tshark): Wireshark's opinion was not asked.");
            throw;
        }
    }
}
