using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Protocol;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Intake;

public sealed class FrameIntakeTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);
    private static readonly MacAddress Target = Some.Target;

    /// <summary>Room for as many messages as no test but that of the limit has.</summary>
    private static readonly AgentOptions Few = Some.Options with { Spool = new() { Messages = 1_000 } };

    private readonly MetricsPage _page = new();
    private readonly Outbox _outbox;
    private readonly FrameIntake _intake;

    public FrameIntakeTests()
    {
        var time = new StillTime();
        time.SetUtcNow(Noon);
        _outbox = Some.Outbox(_page, Few, time);
        _intake = Some.Intake(_page, outbox: _outbox);
    }

    public void Dispose() => _outbox.Dispose();

    [Theory]
    [MemberData(nameof(Formats.Names), MemberType = typeof(Formats))]
    public async Task Everything_about_a_message_is_copied_out_of_the_frame(string format)
    {
        var at = Noon;
        foreach (var (port, tags) in ((ushort, VlanTag[])[])[(9, []), (40000, [10]), (48010, [new(200, 0x88A8), 10])])
        {
            at += TimeSpan.FromSeconds(2);
            var frame = Formats.Frame(format, Target, port, tags);
            _intake.Receive(Eth0, LinkType.Ethernet, frame, at);
            Array.Clear(frame); // libpcap writes the next frame there

            var signal = Heard();
            var isRaw = format.StartsWith("raw", StringComparison.Ordinal);
            var isV4 = format.Contains("IPv4", StringComparison.Ordinal);
            Assert.Equal((Target, null, null, "eth0", at), (signal.Target, signal.Password, signal.Command, signal.Interface, signal.CapturedAt));
            Assert.Equal(isRaw ? WolTransport.Ethernet : isV4 ? WolTransport.UdpV4 : WolTransport.UdpV6, signal.Transport);
            Assert.Equal("02:00:00:00:08:42", $"{signal.SourceMac}");
            Assert.Equal(isRaw ? null : isV4 ? "192.0.2.84" : "2001:db8::842", signal.SourceIp?.ToString());
            Assert.Equal(isRaw ? 0 : port, signal.DestinationPort);
            Assert.Equal(tags.Select(t => (int)t.Id), signal.Vlans);
            Assert.Equal(new MessageIdentity(Target, isRaw ? (ushort)0 : port), signal.Identity);
            _intake.Receive(Eth0, LinkType.Ethernet, Formats.Frame(format, Target, port, tags), at.AddMilliseconds(1));
            Assert.Null(_outbox.Next());
        }

        Assert.Equal("Accepted 3, Repeated 3", await _page.ResultsAsync("frames"));
    }

    [Theory]
    [InlineData("113")]
    [InlineData("276")]
    public void A_cooked_frame_is_understood(string link)
    {
        var kind = Enum.Parse<LinkType>(link);
        _intake.Receive(Eth0, kind, new WolFrameBuilder { Link = kind, Transport = WolTransport.UdpV4, Vlans = [10] }.Build(MagicPacket.Build(Target)), Noon);
        Assert.Equal((Target, (ushort)9, 10), (Heard() is var s ? s.Target : default, s.DestinationPort, Assert.Single(s.Vlans)));
    }

    [Theory]
    [InlineData(null, "", "")]
    [InlineData(null, "10", "10")]
    [InlineData(100, "", "100")]
    [InlineData(100, "10", "100 10")]
    [InlineData(0, "", "0")]
    [InlineData(100, "1 2 3 4 5 6 7 8", "100 1 2 3 4 5 6 7")] // eight are the most a WakeRequest may name
    public void What_a_VLAN_interface_took_off_is_put_back_in_front(int? own, string tags, string expected)
    {
        var frame = Formats.Frame("IPv4", Target, 9, tags.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => new VlanTag(ushort.Parse(t, System.Globalization.CultureInfo.InvariantCulture))));
        _intake.Receive(new("eth0.100", 3, NicKind.Vlan, IsUp: true, own), LinkType.Ethernet, frame, Noon);
        Assert.Equal(expected, string.Join(' ', Heard().Vlans));
    }

    [Theory]
    [InlineData("C0A80001")]
    [InlineData("010203040506")]
    public void A_password_is_kept_until_it_is_cleared_and_does_not_print(string password)
    {
        var frame = new WolFrameBuilder().Build(MagicPacket.Build(Target, Convert.FromHexString(password)));
        _intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);
        Array.Clear(frame);
        var signal = _outbox.Take(preferFresh: true)!.Signal;
        Assert.Equal(password, Convert.ToHexString(signal.Password!.Octets));
        Assert.Contains($"Password = a SecureOn password of {password.Length / 2} octets,", $"{signal}", StringComparison.Ordinal);

        signal.Password.Clear();
        Assert.Equal(new string('0', password.Length), Convert.ToHexString(signal.Password.Octets));
    }

    /// <summary>However alike two passwords are, each may mean something else.</summary>
    [Fact]
    public async Task Frames_with_different_passwords_are_no_repetitions_of_each_other()
    {
        string[] passwords = ["", "01020304", "01020305", "00000000", "010203040000", "000000000000", "010203040506"];
        foreach (var password in passwords.Concat(passwords)) Receive(MagicPacket.Build(Target, Convert.FromHexString(password)));
        Assert.Equal("Accepted 7, Repeated 7", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task Frames_with_the_same_password_for_two_machines_are_two_messages()
    {
        foreach (var target in (MacAddress[])[Target, Some.NextTarget(), Target]) Receive(MagicPacket.Build(target, [1, 2, 3, 4]));
        Assert.Equal("Accepted 2, Repeated 1", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task A_command_is_copied_out_and_its_copies_are_repetitions_whatever_password_or_port_they_have()
    {
        var command = Commands.Signed();
        Receive(MagicPacket.Build(Target, command: command));
        foreach (var port in (ushort[])[7, 9]) _intake.Receive(Eth0, LinkType.Ethernet, new WolFrameBuilder { Transport = WolTransport.UdpV4, DestinationPort = port }.Build(MagicPacket.Build(Target, [1, 2, 3, 4], command: command)), Noon);

        var signal = Heard();
        Assert.Equal((Convert.ToBase64String(command), null), (signal.Command!.Text, signal.Password));
        Assert.Equal("Accepted 1, Repeated 2", await _page.ResultsAsync("frames"));
    }

    /// <summary>Whoever hears a command can send it with another signature; the right one must not pass for a repetition of that.</summary>
    [Fact]
    public async Task A_copy_of_a_command_with_another_signature_is_another_message_of_the_same_name()
    {
        var command = Commands.Signed();
        var forged = command.ToArray();
        forged[^1] ^= 1;
        foreach (var trailer in (byte[][])[forged, command, Commands.Signed()]) Receive(MagicPacket.Build(Target, command: trailer));

        Assert.Equal("Accepted 3", await _page.ResultsAsync("frames"));
        string[] names = [.. new[] { Heard(), Heard(), Heard() }.Select(s => RequestName.Of(s.Identity, s.Command!, 0))];
        Assert.Equal(names[0], names[1]);
        Assert.NotEqual(names[0], names[2]);
    }

    [Fact]
    public async Task A_damaged_command_does_not_become_a_wake_and_the_other_packets_of_its_frame_count()
    {
        var other = Some.NextTarget();
        Receive([.. MagicPacket.Build(other), .. MagicPacket.Build(Target, command: Commands.Signed().AsSpan()[..^1])]);
        Assert.Equal(other, Heard().Target);
        Assert.Equal("Accepted 1, MalformedCommand 1", await _page.ResultsAsync("frames"));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData("node-b", "eth1", null, null)]
    [InlineData("node-a node-b", null, "node-a", null)]
    [InlineData(null, "eth1 eth0", null, "eth0")]
    [InlineData("node-a", "eth0", "node-a", "eth0")]
    public async Task What_policies_tell_apart_is_told_apart_and_nothing_else(string? nodes, string? interfaces, string? node, string? @interface)
    {
        var told = new Told();
        using var outbox = Some.Outbox(_page);
        var intake = Some.Intake(_page, told: told, outbox: outbox);
        told.Say(nodes: nodes?.Split(' '), interfaces: interfaces?.Split(' '));
        byte[] frame = new WolFrameBuilder().Build(MagicPacket.Build(Target));
        intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);
        intake.Receive(Eth0 with { Name = "bond0" }, LinkType.Ethernet, frame, Noon);

        var signal = outbox.Next()!;
        Assert.Equal((node, @interface), (signal.Identity.Node, signal.Identity.Interface));
        Assert.Equal(@interface is null ? "Accepted 1, Repeated 1" : "Accepted 2", await _page.ResultsAsync("frames"));

        told.Say();
        intake.Receive(Eth0, LinkType.Ethernet, frame, Noon.AddSeconds(2));
        Assert.True(@interface is null || outbox.Next() is not null);
        signal = outbox.Next()!;
        Assert.Equal((null, null), (signal.Identity.Node, signal.Identity.Interface));
    }

    [Fact]
    public async Task What_is_more_than_a_sender_may_send_is_counted_and_has_its_chance_later()
    {
        var time = new StillTime();
        var intake = Some.Intake(_page, Some.Options with { RateLimits = new(2, 1, 100, 100) }, time: time);
        Send();
        Send();
        Assert.Equal("Accepted 2, RateLimited 2, Repeated 2", await _page.ResultsAsync("frames")); // the third was refused, twice: it is not remembered

        time.Advance(TimeSpan.FromSeconds(1));
        Send();
        Assert.Equal("Accepted 3, RateLimited 2, Repeated 4", await _page.ResultsAsync("frames"));

        void Send()
        {
            foreach (var last in (byte[])[1, 2, 3]) intake.Receive(Eth0, LinkType.Ethernet, new WolFrameBuilder().Build(MagicPacket.Build(new MacAddress([0x52, 0x54, 0, 0, 1, last]))), Noon);
        }
    }

    [Fact]
    public async Task Every_packet_of_a_frame_is_a_message()
    {
        var other = MacAddress.Parse("52:54:00:12:34:57");
        Receive([.. MagicPacket.Build(Target), .. MagicPacket.Build(other), .. MagicPacket.Build(Target)]);

        Assert.Equal((Target, other), (Heard().Target, Heard().Target));
        Assert.Equal("Accepted 2, Repeated 1", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task What_several_interfaces_hear_is_one_message()
    {
        byte[] frame = new WolFrameBuilder().Build(MagicPacket.Build(Target));
        foreach (var (name, microseconds) in ((string, int)[])[("eno1", 20), ("bond0", 10), ("br0", 30)])
            _intake.Receive(Eth0 with { Name = name }, LinkType.Ethernet, frame, Noon.AddMicroseconds(microseconds));

        Assert.Equal("eno1", Heard().Interface);
        Assert.Equal("Accepted 1, Repeated 2", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task Every_result_is_on_the_page_at_zero_from_the_start()
    {
        var lines = await _page.LinesAsync();
        var reasons = Enum.GetValues<DropReason>().Where(r => r != DropReason.None).Select(r => $"{r}");
        Assert.Equal(
            reasons.Concat(["Accepted", "Repeated", "RateLimited", "QueueFull", "UnknownMac", "NoIndex"]).Select(r => $"kubewol_agent_frames_total{{result=\"{r}\"}} 0").Order(StringComparer.Ordinal),
            lines.Where(l => l.StartsWith("kubewol_agent_frames_total", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        foreach (var result in (string[])["Created", "AlreadyThere", "Replayed", "Refused", "Late"]) Assert.Contains($"kubewol_agent_requests_total{{result=\"{result}\"}} 0", lines);
        foreach (var series in (string[])["kubewol_agent_request_retries_total", "kubewol_agent_request_duration_seconds_count", "kubewol_agent_interfaces", "kubewol_agent_held_messages", "kubewol_agent_index_known", "kubewol_agent_index_addresses"]) Assert.Contains($"{series} 0", lines);
    }

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Every_reason_to_refuse_a_frame_is_counted_under_its_name(string reason)
    {
        var (link, frame) = Refused[Enum.Parse<DropReason>(reason)];
        _intake.Receive(Eth0, link, frame, Noon);
        Assert.Equal($"{reason} 1", await _page.ResultsAsync("frames"));
        Assert.Equal(0, _outbox.Count);
    }

    [Fact]
    public async Task A_packet_that_is_refused_does_not_take_the_others_of_its_frame_with_it()
    {
        Receive([.. MagicPacket.Build(MacAddress.Parse("01:00:5e:00:00:01")), .. MagicPacket.Build(Target)]);
        Assert.Equal(Target, Heard().Target);
        Assert.Equal("Accepted 1, MulticastTarget 1", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task Only_the_ports_that_are_listened_for_count()
    {
        var intake = Some.Intake(_page, Some.Options with { Ports = WolPorts.Parse("4000") });
        foreach (var port in (ushort[])[9, 4000]) intake.Receive(Eth0, LinkType.Ethernet, Formats.Frame("IPv4", Target, port), Noon);
        Assert.Equal("Accepted 1, OtherPort 1", await _page.ResultsAsync("frames"));
    }

    [Fact]
    public async Task A_full_queue_is_counted_and_a_repetition_has_its_chance_once_there_is_room()
    {
        for (var i = 0; i < Few.Spool.Messages; i++) Receive(MagicPacket.Build(Some.NextTarget()));
        Receive(MagicPacket.Build(Target));
        Receive(MagicPacket.Build(Target));
        Assert.Equal($"Accepted {Few.Spool.Messages}, QueueFull 2", await _page.ResultsAsync("frames"));

        Heard();
        Receive(MagicPacket.Build(Target));
        Assert.Equal($"Accepted {Few.Spool.Messages + 1}, QueueFull 2", await _page.ResultsAsync("frames"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_says_whether_anybody_knew_what_time_it_was(bool isKnown)
    {
        using var outbox = Some.Outbox(_page);
        using var intake = Some.Intake(_page, outbox: outbox, clusterClock: isKnown ? Some.Clock(TimeProvider.System) : Some.UnknownClock(TimeProvider.System));
        intake.Receive(Eth0, LinkType.Ethernet, Formats.Frame("IPv4", Some.NextTarget()), TimeProvider.System.GetUtcNow());
        Assert.Equal(!isKnown, outbox.Next()!.IsUndated);
    }

    [Fact]
    public void What_is_to_be_dated_later_is_not_put_right_by_what_is_half_known()
    {
        var heardAt = TimeProvider.System.GetUtcNow();
        var clock = Some.UnknownClock(TimeProvider.System);
        clock.Said(heardAt - TimeSpan.FromSeconds(30), TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
        Assert.InRange(clock.Correction, TimeSpan.FromSeconds(-31), TimeSpan.FromSeconds(-28));
        using var outbox = Some.Outbox(_page);
        using var intake = Some.Intake(_page, outbox: outbox, clusterClock: clock);
        intake.Receive(Eth0, LinkType.Ethernet, Formats.Frame("IPv4", Some.NextTarget()), heardAt);
        var message = outbox.Next()!;
        Assert.Equal((true, heardAt), (message.IsUndated, message.CapturedAt));
    }

    [Fact]
    public void A_message_is_in_the_log_for_those_who_want_to_see_every_frame()
    {
        var log = new LogRecorder<FrameIntake>();
        Some.Intake(_page, logger: log).Receive(Eth0, LinkType.Ethernet, new WolFrameBuilder().Build(MagicPacket.Build(Target)), Noon);
        Assert.Equal([(LogLevel.Debug, 110, "Magic packet for 52:54:00:12:34:56 from 02:00:00:00:08:42 on eth0")], log.Lines);
    }

    [Fact]
    public async Task A_frame_of_any_length_ends_in_one_counted_result()
    {
        var random = new Random(20261122);
        var count = 0;
        foreach (var link in Enum.GetValues<LinkType>())
        {
            for (var length = 0; length <= 1600; length++, count++)
            {
                var frame = new byte[length];
                random.NextBytes(frame);
                _intake.Receive(Eth0, link, frame, Noon);
            }
        }

        Assert.Equal(count, Total(await _page.ResultsAsync("frames")));
        Assert.Equal(0, _outbox.Count);
    }

    [Fact]
    public void Frames_that_are_refused_or_repeated_cost_no_memory()
    {
        byte[][] frames =
        [
            new WolFrameBuilder().Build(MagicPacket.Build(Target)),
            Formats.Frame("IPv6 with all of them", Target, 9, Formats.Tags(8, 0x8100)),
            new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Broadcast)),
            new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse("01:00:5e:00:00:01"))),
            new WolFrameBuilder().Build(new byte[102]),
            .. Unrelated.All.Select(name => Unrelated.Frame(name)),
            new WolFrameBuilder().Build(MagicPacket.Build(Target, [1, 2, 3, 4])),
            new WolFrameBuilder().Build(MagicPacket.Build(Target, command: Commands.Signed())),
            new WolFrameBuilder().Build(MagicPacket.Build(Target, command: Commands.Signed().AsSpan()[..^1])),
            [],
        ];
        Receive();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++) Receive();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, _outbox.Count);

        void Receive()
        {
            foreach (var frame in frames) _intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);
        }
    }

    public static TheoryData<string> Reasons => [.. Enum.GetNames<DropReason>().Where(r => r != nameof(DropReason.None))];

    /// <summary>A frame for each reason there is.</summary>
    private static Dictionary<DropReason, (LinkType Link, byte[] Frame)> Refused => new()
    {
        [DropReason.UnknownLinkType] = ((LinkType)12, Raw([])),
        [DropReason.Oversized] = (LinkType.Ethernet, new byte[100_000]),
        [DropReason.FrameTooShort] = (LinkType.Ethernet, Raw([])[..13]),
        [DropReason.NotEthernetII] = (LinkType.Ethernet, [.. Raw([])[..12], 0x00, 0x26, .. new byte[0x26]]),
        [DropReason.TooManyVlanTags] = (LinkType.Ethernet, Formats.Frame("IPv4", Target, 9, Formats.Tags(9, 0x8100))),
        [DropReason.OtherProtocol] = (LinkType.Ethernet, [.. Raw([])[..12], 0x08, 0x06, .. new byte[28]]),
        [DropReason.MalformedHeader] = (LinkType.Ethernet, [.. Raw([])[..12], 0x08, 0x00, 0x65, .. new byte[60]]),
        [DropReason.TooManyExtensionHeaders] = (LinkType.Ethernet, new WolFrameBuilder { Transport = WolTransport.UdpV6, Ipv6Extensions = [.. Enumerable.Repeat(Ipv6Extension.DestinationOptions, 9)] }.Build(MagicPacket.Build(Target))),
        [DropReason.LaterFragment] = (LinkType.Ethernet, new WolFrameBuilder { Transport = WolTransport.UdpV4 }.BuildFragments(new byte[400], 112).Last()),
        [DropReason.OtherPort] = (LinkType.Ethernet, Formats.Frame("IPv4", Target, 53)),
        [DropReason.NoSyncStream] = (LinkType.Ethernet, Raw(new byte[102])),
        [DropReason.RepetitionMismatch] = (LinkType.Ethernet, Raw([.. MagicPacket.Build(Target)[..101], 0])),
        [DropReason.Truncated] = (LinkType.Ethernet, Raw(MagicPacket.Build(Target)[..101])),
        [DropReason.ZeroTarget] = (LinkType.Ethernet, Calling("00:00:00:00:00:00")),
        [DropReason.MulticastTarget] = (LinkType.Ethernet, Calling("01:00:5e:00:00:01")),
        [DropReason.BroadcastTarget] = (LinkType.Ethernet, Calling("ff:ff:ff:ff:ff:ff")),
        [DropReason.MalformedCommand] = (LinkType.Ethernet, Raw(MagicPacket.Build(Target, command: Commands.Signed().AsSpan()[..^1]))),
    };

    private static byte[] Raw(byte[] payload) => new WolFrameBuilder().Build(payload);

    private static byte[] Calling(string mac) => Raw(MagicPacket.Build(MacAddress.Parse(mac)));

    private static int Total(string results) => results.Split(", ").Sum(r => int.Parse(r.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));

    private void Receive(byte[] payload) => _intake.Receive(Eth0, LinkType.Ethernet, new WolFrameBuilder().Build(payload), Noon);

    private WakeSignal Heard() => _outbox.Next() ?? throw new InvalidOperationException("nothing was heard");
}
