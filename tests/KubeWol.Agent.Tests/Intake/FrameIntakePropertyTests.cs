using CsCheck;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Intake;

public sealed class FrameIntakePropertyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);

    /// <summary>Whatever comes in, every frame that is refused and every packet in the others is counted once, under its own name.</summary>
    [Fact]
    public Task Frames_in_and_results_out_are_equal() => Traffic.Array[1, 60].SampleAsync(
        async frames =>
        {
            var page = new MetricsPage();
            using var outbox = Some.Outbox(page);
            var intake = Some.Intake(page, outbox: outbox);
            var seen = new HashSet<MessageIdentity>();
            var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
            foreach (var frame in frames)
            {
                intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);
                foreach (var result in Results(frame, seen)) expected[result] = expected.GetValueOrDefault(result) + 1;
            }

            Assert.Equal(string.Join(", ", expected.Select(e => $"{e.Key} {e.Value}")), await page.ResultsAsync("frames"));
            Assert.Equal(expected.GetValueOrDefault("Accepted"), outbox.Count);
        },
        iter: 300);

    /// <summary>Frames of few machines, ports and passwords, so that some repeat each other; some damaged, some noise.</summary>
    private static Gen<byte[]> Traffic { get; } = Gen.Frequency(
        (6, from format in Gen.OneOf(Formats.Names.Select(row => row.Data).ToArray())
            from target in Gen.ULong[0, 3]
            from port in Gen.OneOf<ushort>(7, 9, 10)
            from tags in Gen.Int[0, 9]
            from damage in Gen.Select(Gen.Int[0, 130], Gen.Byte).Array[0, 2]
            select Damaged(Formats.Frame(format, new MacAddress(0x52_54_00_00_00_00 + target), port, Formats.Tags(tags, 0x8100)), damage)),
        (2, from packets in Gen.Select(Gen.ULong[0, 3], Gen.OneOf<int>(0, 4, 6), Gen.Bool).Array[1, 8]
            select new WolFrameBuilder().Build([.. packets.SelectMany(p => MagicPacket.Build(new MacAddress((p.Item3 ? 0x01_00_5E_00_00_00ul : 0x52_54_00_00_00_00) + p.Item1), new byte[p.Item2]))])),
        (1, Gen.Byte.Array[0, 200]));

    private static byte[] Damaged(byte[] frame, (int At, byte Value)[] damage)
    {
        foreach (var (at, value) in damage.Where(d => d.At < frame.Length)) frame[at] = value;
        return frame;
    }

    private static List<string> Results(byte[] frame, HashSet<MessageIdentity> seen)
    {
        if (!WolFrame.TryParse(LinkType.Ethernet, frame, WolPorts.Default, out var wol, out var reason)) return [$"{reason}"];
        List<string> results = [];
        foreach (var packet in wol.Packets)
            results.Add(packet.Target.IsMulticast ? "MulticastTarget" : seen.Add(MessageIdentity.Of(packet, wol.DestinationPort)) ? "Accepted" : "Repeated");
        return results;
    }
}
