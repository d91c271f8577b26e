using System.Globalization;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;

namespace KubeWol.Agent.Tests.Intake;

/// <summary>From the wire to the queue.</summary>
public sealed class LiveIntakeTests(LiveNode node) : IClassFixture<LiveNode>
{
    private const int LongestFrame = 1514;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Garbage_of_every_length_and_what_the_node_sends_itself_make_no_message_and_every_frame_is_counted()
    {
        var page = new MetricsPage();
        using var outbox = Some.Outbox(page);
        var intake = Some.Intake(page, outbox: outbox);
        var faults = new RecordingSink().Faults;
        // A cable without the test LAN's bridge, whose firewall hooks take away IP packets that are cut.
        await node.IpAsync("link add noise0 type veth peer name noise1");
        await node.IpAsync("link set noise0 up");
        await node.IpAsync("link set noise1 up");
        var capture = node.Namespace.Inside(() => WolCaptureDevice.Start(node.Nic("noise1"), Some.Options with { BufferMebibytes = 32 }, intake, faults.Enqueue));
        try
        {
            using (var own = new FrameSender(node.Namespace, "noise1")) own.Send(Formats.Frame("raw broadcast", Some.NextTarget()));
            using var sender = new FrameSender(node.Namespace, "noise0");
            foreach (var frame in Garbage()) sender.Send(frame);
            var last = Some.NextTarget();
            sender.Send(Formats.Frame("IPv4", last));
            await Eventually.BecomesTrueAsync("the packet after the garbage is heard", () => outbox.Count > 0, Cancel);

            Assert.Equal(last, outbox.Next()?.Target);
            Assert.Equal(0, outbox.Count);
            var results = (await page.ResultsAsync("frames")).Split(", ").Select(r => r.Split(' ')).ToDictionary(r => r[0], r => uint.Parse(r[1], CultureInfo.InvariantCulture));
            // After the page: a frame that comes in between, such as neighbour discovery, is in these alone.
            var counts = capture.Counts!.Value;
            Assert.Equal(0u, counts.Dropped);
            Assert.InRange(counts.Received, 3u * (LongestFrame - 100), 4u * LongestFrame);
            Assert.Equal(1u, results["Accepted"]);
            Assert.InRange((uint)results.Values.Sum(n => n), counts.Received - 20, counts.Received); // libpcap counts what the node sends, too
        }
        finally
        {
            Assert.True(capture.Stop());
            await node.IpAsync("link delete noise0");
        }

        Assert.Empty(faults);
    }

    /// <summary>Noise behind headers that pass the kernel's filter, cut at every length; and the same with a beginning like a packet's.</summary>
    private static IEnumerable<byte[]> Garbage()
    {
        var random = new Random(20261122);
        foreach (var format in (string[])["raw broadcast", "IPv4", "IPv6 with routing"])
        {
            var whole = Formats.Frame(format, Some.Target);
            var headers = whole.Length - MagicPacket.Size;
            for (var length = 14; length <= LongestFrame; length++)
            {
                var frame = new byte[length];
                random.NextBytes(frame);
                whole.AsSpan(0, Math.Min(length, headers + (length % 2 * 50))).CopyTo(frame);
                yield return frame;
            }
        }
    }
}
