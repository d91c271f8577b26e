using KubeWol.Fuzz;

namespace KubeWol.Protocol.Tests;

/// <summary>The capture files of tests/captures: those recorded from real senders, and those we build.</summary>
internal static class Captures
{
    private static readonly ushort[] MoonlightPorts = [9, 47009, 47998, 47999, 48000, 48002, 48010];
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "captures");

    /// <summary>What no Debian package sends: IPv6 to all nodes, and Moonlight's way of trying every port it knows.</summary>
    public static readonly IReadOnlyDictionary<string, PcapFile> Built = new Dictionary<string, PcapFile>
    {
        ["built-ipv6-all-nodes"] = Build(
            new WolFrameBuilder
            {
                Transport = WolTransport.UdpV6,
                SourceIp = IpAddress.Parse("fe80::ff:fe00:842"),
                Destination = MacAddress.Parse("33:33:00:00:00:01"),
            },
            [7, 9]),
        ["built-moonlight-ipv4"] = Build(new WolFrameBuilder { Transport = WolTransport.UdpV4 }, MoonlightPorts),
        ["built-moonlight-ipv6"] = Build(
            new WolFrameBuilder { Transport = WolTransport.UdpV6, Destination = MacAddress.Parse("33:33:00:00:00:01") },
            MoonlightPorts),
    };

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.pcap").Select(path => Path.GetFileNameWithoutExtension(path)).Order();

    public static byte[] ReadBytes(string name) => File.ReadAllBytes(Path.Combine(Folder, $"{name}.pcap"));

    public static PcapFile Read(string name) => PcapFile.Read(ReadBytes(name));

    /// <summary>Writes a file into the checkout, for UPDATE_GOLDEN=1.</summary>
    public static void Write(string name, byte[] bytes)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "KubeWol.sln"))) root = root.Parent!;
        File.WriteAllBytes(Path.Combine(root.FullName, "tests", "captures", $"{name}.pcap"), bytes);
    }

    private static PcapFile Build(WolFrameBuilder builder, ushort[] ports) =>
        new(builder.Link, [.. ports.Select(port => (builder with { DestinationPort = port }).Build(Samples.Packet))]);
}
