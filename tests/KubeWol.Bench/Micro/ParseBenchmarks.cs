using BenchmarkDotNet.Attributes;
using KubeWol.Protocol;

namespace KubeWol.Bench.Micro;

/// <summary>From the bytes of a frame to the address that was called.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class ParseBenchmarks
{
    private static readonly MacAddress Target = new(0x52_54_00_12_34_56);
    private static readonly Dictionary<string, (WolFrameBuilder Builder, byte[] Payload)> All = new()
    {
        ["plain"] = (new(), MagicPacket.Build(Target)),
        ["udp4"] = (new() { Transport = WolTransport.UdpV4 }, MagicPacket.Build(Target)),
        ["udp4_qinq"] = (new() { Transport = WolTransport.UdpV4, Vlans = [new(10, 0x88a8), new(20)] }, MagicPacket.Build(Target)),
        ["udp6"] = (new() { Transport = WolTransport.UdpV6 }, MagicPacket.Build(Target)),
        ["cooked"] = (new() { Transport = WolTransport.UdpV4, Link = LinkType.LinuxCooked2 }, MagicPacket.Build(Target)),
        ["secureon"] = (new() { Transport = WolTransport.UdpV4 }, MagicPacket.Build(Target, password: [1, 2, 3, 4, 5, 6])),
        ["late"] = (new() { Transport = WolTransport.UdpV4 }, MagicPacket.Build(Target, prefix: new byte[1000])),
        ["unrelated"] = (new() { Transport = WolTransport.UdpV4, DestinationPort = 443 }, new byte[1000]),
    };

    private LinkType _link;
    private byte[] _frame = [];

    public static IReadOnlyList<string> Formats => [.. All.Keys];

    [ParamsSource(nameof(Formats))]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Build()
    {
        var (builder, payload) = All[Format];
        (_link, _frame) = (builder.Link, builder.Build(payload));
        if (Parse() != (Format != "unrelated")) throw new InvalidOperationException($"{Format} is not read as it should be");
    }

    [Benchmark]
    public bool Parse()
    {
        if (!WolFrame.TryParse(_link, _frame, WolPorts.Default, out var frame, out _)) return false;
        foreach (var packet in frame.Packets) return packet.Target == Target;
        return false;
    }
}
