using System.Diagnostics;
using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using Nic = KubeWol.Agent.Capture.Nic;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>The capture of one interface, on real ones.</summary>
public sealed class WolCaptureDeviceTests : IClassFixture<LiveNode>, IDisposable
{
    private readonly LiveNode _node;
    private readonly RecordingSink _heard = new();
    private readonly FrameSender _sender;
    private readonly List<WolCaptureDevice> _captures = [];

    public WolCaptureDeviceTests(LiveNode node) => (_node, _sender) = (node, node.OpenSender());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _sender.Dispose();
        Parallel.ForEach(_captures, c => c.Stop());
        Assert.Empty(_heard.Faults);
    }

    [Fact]
    public async Task A_frame_comes_with_its_interface_its_kind_of_link_and_the_time_the_kernel_received_it()
    {
        Listen("eth0");
        var frame = Frame();
        var before = DateTimeOffset.UtcNow;
        _sender.Send(frame);
        await _heard.HearsAsync(frame);

        var heard = Assert.Single(_heard.Frames, f => f.Bytes.AsSpan().SequenceEqual(frame));
        Assert.Equal((_node.Nic("eth0"), LinkType.Ethernet), (heard.Nic, heard.Link));
        Assert.InRange(heard.CapturedAt, before.AddMilliseconds(-1), DateTimeOffset.UtcNow.AddMilliseconds(1)); // the kernel tells microseconds
        Assert.NotEqual(0, heard.CapturedAt.Ticks % TimeSpan.TicksPerSecond);
    }

    [Fact]
    public async Task What_the_node_sends_itself_is_left_out()
    {
        Listen("eth0");
        var (own, others) = (Frame(), Frame());
        using (var sender = _node.Host.Nic.OpenSender()) sender.Send(own);
        _sender.Send(others);
        await _heard.HearsAsync(others);

        Assert.Equal(0, _heard.Count(own));
    }

    /// <summary>With the filter word "inbound" in place of pcap_setdirection most of these are lost.</summary>
    [Fact]
    public async Task The_first_frames_after_the_start_are_not_lost()
    {
        for (var round = 0; round < 10; round++)
        {
            var heard = new RecordingSink();
            _captures.Add(_node.Capture("eth0", heard));
            var frames = Enumerable.Range(0, 5).Select(_ => Frame()).ToList();
            foreach (var frame in frames) _sender.Send(frame);
            await heard.HearsAsync(frames[^1]);
            Assert.All(frames, f => Assert.Equal(1, heard.Count(f)));
            Assert.Empty(heard.Faults);
        }
    }

    [Fact]
    public async Task A_frame_is_heard_while_the_capture_starts_among_other_traffic()
    {
        using var flooding = new CancellationTokenSource();
        var flood = Task.Run(
            () =>
            {
                using var sender = _node.OpenSender();
                var noise = Enumerable.Repeat<ReadOnlyMemory<byte>>(Unrelated.Frame("ARP"), 64).ToList();
                while (!flooding.IsCancellationRequested) sender.SendBurst(noise);
            },
            Cancel);
        try
        {
            Listen("eth0");
            var frame = Frame();
            _sender.Send(frame);
            await _heard.HearsAsync(frame);
        }
        finally
        {
            await flooding.CancelAsync();
            await flood;
        }

        Assert.Equal(0, _heard.Count(Unrelated.Frame("ARP")));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Unicast_for_other_machines_is_heard_in_promiscuous_mode_alone(bool promiscuous, int times)
    {
        // A veth hands over everything; a bridge filters by address as real hardware does. One of its own: another's capture may not have let go of it yet.
        var (bridge, uplink) = ($"br-{times}", $"uplink-{times}");
        await _node.Host.AddNicAsync(uplink, Cancel);
        await _node.IpAsync($"link add {bridge} type bridge mcast_snooping 0");
        await _node.IpAsync($"link set {uplink} master {bridge}");
        await _node.IpAsync($"link set {bridge} up");

        Listen(bridge, Some.Options with { Promiscuous = promiscuous });
        var foreign = Formats.Frame("raw unicast", Some.NextTarget());
        await Eventually.BecomesTrueAsync("the bridge forwards", () =>
        {
            _sender.Send(foreign);
            var known = Frame();
            _sender.Send(known);
            return _heard.Count(known) > 0;
        }, Cancel);
        foreign = Formats.Frame("raw unicast", Some.NextTarget());
        _sender.Send(foreign);
        var broadcast = Frame();
        _sender.Send(broadcast);
        await _heard.HearsAsync(broadcast);

        Assert.Equal(times, _heard.Count(foreign));
    }

    /// <summary>Nothing is taken out of the buffer before all of it is in: whether it is big enough must not depend on how busy the machine is.</summary>
    [Theory]
    [InlineData(4, 2_400)]
    [InlineData(9, 5_000)]
    public async Task A_burst_finds_room_in_the_buffer_and_unrelated_frames_take_none(int mebibytes, int frames)
    {
        var capture = ListenSlowly("eth0", mebibytes, out var slow);
        var burst = Enumerable.Range(0, frames).Select(_ => Frame()).ToList();
        _sender.SendBurst([.. Enumerable.Repeat((ReadOnlyMemory<byte>)Unrelated.Frame("ARP"), 5_000)]);
        _sender.SendBurst([.. burst.Select(f => (ReadOnlyMemory<byte>)f)]);
        slow.Continue();
        await _heard.HearsAsync(burst[^1]);

        var heard = _heard.Frames.Select(f => Convert.ToHexString(f.Bytes)).ToList();
        Assert.Equal(burst.Select(Convert.ToHexString), heard.Intersect(burst.Select(Convert.ToHexString)));
        Assert.InRange(heard.Count, frames, frames + 50); // a kernel's own IPv6 messages may be among them
        var counts = capture.Counts!.Value;
        Assert.InRange(counts.Received, (uint)frames, (uint)frames + 50);
        Assert.Equal((0u, 0u), (counts.Dropped, counts.DroppedByInterface));
    }

    [Fact]
    public async Task What_found_the_buffer_full_is_counted()
    {
        var capture = ListenSlowly("eth0", mebibytes: 2, out var slow);
        const int burst = 5_000;
        _sender.SendBurst([.. Enumerable.Range(0, burst).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
        slow.Continue();
        var (last, attempts) = (Frame(), 0);
        await Eventually.BecomesTrueAsync("what is in the buffer has been heard, and the first frame to find room again", () =>
        {
            if (_heard.Count(last) > 0) return true;
            _sender.Send(last);
            attempts++;
            return false;
        }, Cancel);

        // Not to the frame: a kernel's own IPv6 messages are among them, some from before the filter, which are received but not handed over.
        var (counts, most) = (capture.Counts!.Value, burst + attempts + 50);
        Assert.InRange((int)counts.Dropped, 1, burst);
        Assert.InRange((int)counts.Received, burst, most);
        Assert.InRange(_heard.Frames.Count + (int)counts.Dropped, burst, most);
    }

    [Fact]
    public async Task It_stops_soon_and_for_good()
    {
        var capture = Listen("eth0");
        var frame = Frame();
        _sender.Send(frame);
        await _heard.HearsAsync(frame);
        Assert.True(capture.IsRunning);
        Assert.NotNull(capture.Counts);

        var watch = Stopwatch.StartNew();
        Assert.True(capture.Stop());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3)); // half a second, and patience with a busy machine

        Assert.False(capture.IsRunning);
        Assert.Null(capture.Counts);
        Assert.True(capture.Stop());
    }

    [Fact]
    public async Task A_frame_that_is_never_done_with_does_not_hold_up_the_end()
    {
        var capture = ListenSlowly("eth0", mebibytes: 2, out var slow);
        _sender.Send(Frame());
        await slow.Begun.WaitAsync(TimeSpan.FromSeconds(20), Cancel);

        Assert.False(capture.Stop()); // and what it holds is not freed under its hands
        Assert.True(capture.IsRunning);
        slow.Continue();
        await Eventually.BecomesTrueAsync("the capture has ended", () => !capture.IsRunning, Cancel);
        Assert.True(capture.Stop());
        Assert.Null(capture.Counts);
    }

    /// <summary>libpcap then waits for the next frame without an end, and there will be none.</summary>
    [Fact]
    public async Task It_stops_soon_when_the_interface_was_switched_off()
    {
        var nic = await _node.Host.AddNicAsync("off", Cancel);
        var capture = Listen("off");
        await nic.SetUpAsync(false, Cancel);

        Assert.True(capture.Stop());
        Assert.False(capture.IsRunning);
    }

    [Fact]
    public async Task An_interface_that_is_deleted_ends_its_capture_without_a_fault()
    {
        await _node.IpAsync("link add doomed type veth peer name doomed-peer");
        await _node.IpAsync("link set doomed up");
        var capture = Listen("doomed");
        await _node.IpAsync("link delete doomed");

        await Eventually.BecomesTrueAsync("the capture has ended", () => !capture.IsRunning, Cancel);
        capture.Stop();
    }

    [Fact]
    public async Task An_interface_that_goes_down_and_up_is_heard_again()
    {
        var nic = await _node.Host.AddNicAsync("flapping", Cancel);
        var capture = Listen("flapping");
        for (var round = 0; round < 2; round++)
        {
            await nic.SetUpAsync(false, Cancel);
            await nic.SetUpAsync(true, Cancel);
        }

        Assert.True(capture.IsRunning);
        var frame = Frame();
        _sender.Send(frame);
        await _heard.HearsAsync(frame);
        await nic.RemoveAsync(Cancel);
    }

    [Fact]
    public async Task A_longer_frame_is_cut_and_its_front_is_heard()
    {
        await _node.IpAsync("link add jumbo0 mtu 9000 type veth peer name jumbo1 mtu 9000");
        await _node.IpAsync("link set jumbo0 up");
        await _node.IpAsync("link set jumbo1 up");
        Listen("jumbo1");
        byte[] jumbo = new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build([.. MagicPacket.Build(Some.Target), .. new byte[8_000]]);
        using (var sender = new FrameSender(_node.Namespace, "jumbo0")) sender.Send(jumbo);

        await _heard.HearsAsync(jumbo[..1600]);
        var heard = Assert.Single(_heard.Frames, f => f.Bytes.AsSpan().SequenceEqual(jumbo.AsSpan(0, 1600)));
        Assert.True(WolFrame.TryParse(heard.Link, heard.Bytes, WolPorts.Default, out _, out var reason), $"{reason}");
        await _node.IpAsync("link delete jumbo0");
    }

    /// <summary>What a ppp or a tunnel interface would give: here "any", which libpcap cooks, too.</summary>
    [Theory]
    [InlineData("raw broadcast", 0)]
    [InlineData("IPv4", 0)]
    [InlineData("IPv4", 1)]
    [InlineData("IPv6 with routing", 0)]
    public async Task A_cooked_frame_is_heard_and_understood(string format, int tags)
    {
        _captures.Add(_node.Namespace.Inside(() => WolCaptureDevice.Start(new Nic("any", 0, NicKind.Other, IsUp: true), Some.Options, _heard, _heard.Faults.Enqueue)));
        var target = Some.NextTarget();
        _sender.Send(Formats.Frame(format, target, 9, Formats.Tags(tags, 0x8100)));

        await Eventually.BecomesTrueAsync("the frame is heard", () => _heard.Frames.Any(f => Calls(f, target)), Cancel);
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        var failure = Assert.Throws<CaptureException>(() => _node.Namespace.Inside(() => WolCaptureDevice.Start(new Nic("eth9", 99, NicKind.Physical, IsUp: true), Some.Options, _heard, _heard.Faults.Enqueue)));
        Assert.Equal((CaptureProblem.NoInterface, "there is no interface eth9"), (failure.Problem, failure.Message));
    }

    [Fact]
    public async Task An_interface_that_is_switched_off_is_named()
    {
        await _node.IpAsync("link add asleep type veth peer name asleep-peer");
        var failure = Assert.Throws<CaptureException>(() => _node.Capture("asleep", _heard));
        Assert.Equal((CaptureProblem.NoInterface, "asleep is gone or switched off"), (failure.Problem, failure.Message));
        await _node.IpAsync("link delete asleep");
    }

    [Fact]
    public async Task An_interface_without_an_Ethernet_header_is_named()
    {
        await _node.IpAsync("tuntap add dev tun0 mode tun");
        await _node.IpAsync("link set tun0 up");
        var failure = Assert.Throws<CaptureException>(() => _node.Capture("tun0", _heard));
        Assert.Equal((CaptureProblem.NotEthernet, "tun0 is no Ethernet interface (libpcap link type 12)"), (failure.Problem, failure.Message));
        await _node.IpAsync("link delete tun0");
    }

    private static byte[] Frame() => Formats.Frame("raw broadcast", Some.NextTarget());

    private static bool Calls(RecordingSink.Frame frame, MacAddress target)
    {
        if (!WolFrame.TryParse(frame.Link, frame.Bytes, WolPorts.Default, out var wol, out _)) return false;
        foreach (var packet in wol.Packets) return packet.Target == target;
        return false;
    }

    private WolCaptureDevice Listen(string name, AgentOptions? options = null)
    {
        var capture = _node.Capture(name, _heard, options);
        _captures.Add(capture);
        return capture;
    }

    private WolCaptureDevice ListenSlowly(string name, int mebibytes, out SlowSink slow)
    {
        var sink = slow = new SlowSink(_heard);
        var capture = _node.Namespace.Inside(() => WolCaptureDevice.Start(_node.Nic(name), Some.Options with { BufferMebibytes = mebibytes }, sink, _heard.Faults.Enqueue));
        _captures.Add(capture);
        return capture;
    }

    /// <summary>Takes no frame until it may.</summary>
    private sealed class SlowSink(IFrameSink next) : IFrameSink
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _continue = new();

        public Task Begun => _begun.Task;

        public void Continue() => _continue.SetResult();

        public void Receive(Nic nic, LinkType link, ReadOnlySpan<byte> frame, DateTimeOffset capturedAt)
        {
            _begun.TrySetResult();
            _continue.Task.Wait(Cancel);
            next.Receive(nic, link, frame, capturedAt);
        }
    }
}
