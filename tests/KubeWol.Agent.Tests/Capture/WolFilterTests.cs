using System.Runtime.InteropServices;
using CsCheck;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using PacketDotNet;
using SharpPcap.LibPcap;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>The filter as libpcap compiles it, applied to whole frames. What the kernel makes of tags is tried on live interfaces (LiveFilterTests).</summary>
public sealed class WolFilterTests : IDisposable
{
    /// <summary>The kernel takes 4,096 (BPF_MAXINSNS). Beyond that libpcap would filter by itself, after every frame of the wire had been copied to it.</summary>
    private const int KernelLimit = 4096;

    private static readonly WolPorts Ports = WolPorts.Default;
    private readonly BpfProgram _ethernet = BpfProgram.Create(LinkLayers.Ethernet, WolFilter.ForEthernet(Ports));
    private readonly BpfProgram _cooked = BpfProgram.Create((LinkLayers)LinkType.LinuxCooked, WolFilter.ForCooked(Ports));
    private readonly BpfProgram _cooked2 = BpfProgram.Create((LinkLayers)LinkType.LinuxCooked2, WolFilter.ForCooked(Ports));

    public void Dispose()
    {
        _ethernet.Dispose();
        _cooked.Dispose();
        _cooked2.Dispose();
    }

    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public void Every_format_under_any_tags_is_matched_at_a_port_that_is_listened_for_and_elsewhere_only_where_the_port_cannot_be_seen(string format)
    {
        foreach (var (port, listened) in ((ushort, bool)[])[(7, true), (9, true), (40000, true), (47009, true), (47998, true), (48005, true), (48010, true), (8, false), (10, false), (47997, false), (48011, false)])
        {
            foreach (var protocol in Formats.TagProtocols)
            {
                for (var depth = 0; depth <= VlanIds.Max; depth++)
                {
                    var matches = _ethernet.Matches(Formats.Frame(format, Some.Target, port, Formats.Tags(depth, protocol)));
                    // Frames with more than three tags are all handed over.
                    Assert.True(matches == (listened || depth > 3 || !Formats.PortIsSeen(format)), $"port {port}, {depth} tags of 0x{protocol:x4}: {(matches ? "" : "not ")}matched");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Unrelated.Names), MemberType = typeof(Unrelated))]
    public void Other_traffic_is_not_matched(string name)
    {
        foreach (var protocol in Formats.TagProtocols)
        {
            for (var depth = 0; depth <= 3; depth++) Assert.False(_ethernet.Matches(Unrelated.Frame(name, Formats.Tags(depth, protocol))), $"{depth} tags of 0x{protocol:x4}");
        }
    }

    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public void Cooked_frames_are_matched_by_their_port(string format)
    {
        foreach (var (port, listened) in ((ushort, bool)[])[(9, true), (10, false)])
        {
            var ethernet = Formats.Frame(format, Some.Target, port);
            Assert.Equal(listened || !Formats.PortIsSeen(format), _cooked.Matches([.. new byte[14], .. ethernet.AsSpan(12)]));
            Assert.Equal(listened || !Formats.PortIsSeen(format), _cooked2.Matches([.. ethernet.AsSpan(12, 2), .. new byte[18], .. ethernet.AsSpan(14)]));
        }
    }

    /// <summary>The promise that matters: the filter may pass too much, but never too little.</summary>
    [Fact]
    public void Whatever_the_parser_takes_the_filter_hands_over() =>
        (from transport in Gen.Enum<WolTransport>()
         from tags in Gen.Select(Gen.UShort[0, 4095], Gen.OneOf([.. Formats.TagProtocols]), (id, protocol) => new VlanTag(id, protocol)).Array[0, VlanIds.Max]
         from port in Gen.OneOf<ushort>(7, 9, 10, 40000, 47998, 48010)
         from options in Gen.Int[0, 10]
         from extensions in Gen.Enum<Ipv6Extension>().Array[0, 8]
         from damage in Gen.Select(Gen.Int[12, 60], Gen.Byte).Array[0, 2]
         select (new WolFrameBuilder { Transport = transport, Vlans = [.. tags], DestinationPort = port, Ipv4Options = [.. new byte[4 * options]], Ipv6Extensions = [.. extensions] }, damage))
        .Sample((builder, damage) =>
        {
            var frame = builder.Build(MagicPacket.Build(Some.Target));
            foreach (var (at, value) in damage) frame[at] = value;
            return !WolFrame.TryParse(KubeWol.Protocol.LinkType.Ethernet, frame, Ports, out _, out _) || _ethernet.Matches(frame);
        }, iter: 20_000);

    [Theory]
    [InlineData("7,9,40000,47009,47998-48010", 700)]
    [InlineData("9", 400)]
    [InlineData("1-65535", 400)]
    [InlineData("1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39", 1600)]
    public void The_filter_is_short_enough_for_the_kernel(string ports, int most) =>
        Assert.InRange(Instructions(WolPorts.Parse(ports)), 1, Math.Min(most, KernelLimit));

    /// <summary>The first field of struct bpf_program.</summary>
    private static int Instructions(WolPorts ports)
    {
        using var program = BpfProgram.Create(LinkLayers.Ethernet, WolFilter.ForEthernet(ports));
        return Marshal.ReadInt32(program.DangerousGetHandle());
    }
}
