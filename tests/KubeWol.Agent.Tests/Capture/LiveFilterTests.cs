using System.Runtime.InteropServices;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using SharpPcap.LibPcap;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>What really arrives through the kernel's filter. The kernel keeps a frame's outer tag apart from the frame, so this is not what WolFilterTests try.</summary>
public sealed class LiveFilterTests(ListeningNode node) : IClassFixture<ListeningNode>
{
    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public async Task Every_format_under_any_tags_arrives_once_and_whole_unless_it_goes_to_another_port(string format)
    {
        var sent = (from protocol in Formats.TagProtocols
                    from depth in Enumerable.Range(0, VlanIds.Max + 1)
                    from port in (ushort[])[9, 10]
                    let isWanted = port == 9 || depth > 3 || !Formats.PortIsSeen(format)
                    select (What: $"{depth} tags of 0x{protocol:x4}, port {port}", Frame: Formats.Frame(format, Some.NextTarget(), port, Formats.Tags(depth, protocol)), Times: isWanted ? 1 : 0)).ToList();

        foreach (var (_, frame, _) in sent) node.Sender.Send(frame);
        await node.HearsAllAsync();

        Assert.All(sent, s => Assert.Equal((s.What, s.Times), (s.What, node.Heard.Count(s.Frame))));
    }

    [Fact]
    public async Task Other_traffic_does_not_arrive()
    {
        var sent = (from protocol in Formats.TagProtocols
                    from depth in Enumerable.Range(0, 4)
                    from name in Unrelated.All
                    select (What: $"{name}, {depth} tags of 0x{protocol:x4}", Frame: Unrelated.Frame(name, Formats.Tags(depth, protocol)))).ToList();

        foreach (var (_, frame) in sent) node.Sender.Send(frame);
        await node.HearsAllAsync();

        Assert.All(sent, s => Assert.Equal((s.What, 0), (s.What, node.Heard.Count(s.Frame))));
    }

    [Theory]
    [InlineData("7,9,40000,47009,47998-48010", 400)]
    [InlineData("1-65535", 250)]
    [InlineData("1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33,35,37,39", 1000)]
    public void The_filter_of_an_interface_is_short_enough_for_the_kernel(string ports, int most)
    {
        using var program = BpfProgram.Create(node.Capture.Handle, WolFilter.ForEthernet(WolPorts.Parse(ports)));
        Assert.InRange(Marshal.ReadInt32(program.DangerousGetHandle()), 1, most); // the first field of struct bpf_program
    }
}
