using KubeWol.Agent.Capture;
using KubeWol.Agent.Index;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.Index;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Index;

/// <summary>Frames for addresses that no machine is known to have: none of them becomes a request, unless its machine comes in time.</summary>
public sealed class HeldMessagesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);
    private static readonly MacAddress Target = Some.Target;
    private static readonly int Shard = AddressShards.Of(Target.Bits);

    private readonly StillTime _time = new();
    private readonly MetricsPage _page = new();
    private Published _published = null!;

    [Fact]
    public async Task A_frame_for_an_unknown_address_is_held_for_a_moment_and_counted()
    {
        await PublishAsync();
        Send(Target);
        Assert.Equal(("", 1), (await ResultsAsync(), await HeldAsync()));

        _time.Advance(HeldMessages.Grace - TimeSpan.FromSeconds(1));
        Assert.Equal(("", 1), (await ResultsAsync(), await HeldAsync()));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("UnknownMac 1", 0), (await ResultsAsync(), await HeldAsync()));
        Assert.Equal(0, _published.Outbox.Count);

        _time.Advance(TimeSpan.FromDays(1));
        Send(Target); // the clock ticks for this one, too
        _time.Advance(HeldMessages.Grace);
        Assert.Equal("UnknownMac 2", await ResultsAsync());
    }

    [Fact]
    public async Task It_goes_its_way_as_soon_as_its_machine_is_known_as_it_was_heard()
    {
        await PublishAsync();
        Send(Target, [1, 2, 3, 4]);
        _time.Advance(TimeSpan.FromSeconds(9));
        await _published.ShardAsync(Shard + 1, Target);
        Assert.Equal(0, _published.Outbox.Count);
        await _published.ShardAsync(Shard, Target);

        var signal = _published.Outbox.Take(preferFresh: true)!.Signal;
        Assert.Equal((Target, Noon, "01020304"), (signal.Target, signal.CapturedAt, Convert.ToHexString(signal.Password!.Octets)));
        Assert.Equal(("Accepted 1", 0), (await ResultsAsync(), await HeldAsync()));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("Accepted 1", await ResultsAsync());
    }

    [Fact]
    public async Task It_goes_its_way_when_a_template_comes_to_claim_its_address()
    {
        await PublishAsync();
        Send(Target);
        await _published.ClaimedAsync("525400120000-52540012ffff");
        Assert.Equal("Accepted 1", await ResultsAsync());
    }

    [Fact]
    public async Task Those_that_waited_go_in_the_order_they_were_heard()
    {
        await PublishAsync();
        ushort[] ports = [9, 7, 40000, 47009];
        foreach (var (i, port) in ports.Index()) Send(Target, port: port, at: Noon.AddMilliseconds(i));
        await _published.ShardAsync(Shard, Target);
        Assert.Equal(ports, ports.Select(_ => _published.Outbox.Take(preferFresh: true)?.Signal.DestinationPort ?? 0));
    }

    [Fact]
    public async Task A_message_is_held_once_however_often_it_is_sent()
    {
        await PublishAsync();
        for (var i = 0; i < 6; i++) Send(Target, at: Noon.AddSeconds(i));
        Assert.Equal(("Repeated 5", 1), (await ResultsAsync(), await HeldAsync()));
        await _published.ShardAsync(Shard, Target);
        Send(Target, at: Noon.AddMilliseconds(500)); // another node's copy, on its way through a switch
        Assert.Equal("Accepted 1, Repeated 6", await ResultsAsync());
    }

    [Fact]
    public async Task What_is_held_counts_towards_the_limits_when_it_goes_on_and_not_before()
    {
        _published = new(_page, Some.Options with { RateLimits = new(1, 1, 1, 1) }, _time);
        await _published.AllAsync();
        var (one, other) = (new MacAddress(Target.Bits + 16), new MacAddress(Target.Bits + 32));
        Send(one);
        Send(other, at: Noon.AddMilliseconds(1));
        await _published.ShardAsync(Shard, one, other);
        Assert.Equal("Accepted 1, RateLimited 1", await ResultsAsync());
    }

    [Fact]
    public void A_password_is_cleared_with_the_message_that_nobody_wanted()
    {
        List<WakeSignal> given = [];
        using var held = new HeldMessages(_ => false, _ => Assert.Fail("nobody wants it"), given.Add, _page.Agent, _time);
        var signal = Signal([1, 2, 3, 4]);
        held.Add(signal);
        Assert.Equal("01020304", Convert.ToHexString(signal.Password!.Octets));
        _time.Advance(HeldMessages.Grace);
        Assert.Equal("00000000", Convert.ToHexString(Assert.Single(given).Password!.Octets));
    }

    [Fact]
    public async Task A_sender_that_guesses_addresses_leaves_room_for_others_and_costs_little_memory()
    {
        await PublishAsync();
        for (var i = 0; i < 10_000; i++) Send(new(0x5254_0100_0000 + (ulong)i), sender: 1);
        Assert.Equal(($"UnknownMac {10_000 - HeldMessages.Share}", HeldMessages.Share), (await ResultsAsync(), await HeldAsync()));
        Send(Target, sender: 2);
        await _published.ShardAsync(Shard, Target);
        Assert.Equal(1, _published.Outbox.Count);

        for (var i = 0; i < 10_000; i++) Send(new(0x5254_0200_0000 + (ulong)i), sender: 3 + (ulong)i);
        Assert.Equal(HeldMessages.Capacity, await HeldAsync());
        var frame = Frame(Target, sender: 99_999);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) _published.Intake.Receive(Eth0, LinkType.Ethernet, frame, Noon);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // What was held makes room again, of each sender.
        _time.Advance(HeldMessages.Grace);
        Assert.Equal(0, await HeldAsync());
        for (var i = 0; i < 100; i++) Send(new(0x5254_0300_0000 + (ulong)i), sender: 1);
        Assert.Equal(HeldMessages.Share, await HeldAsync());
    }

    [Theory]
    [InlineData("Open", "Accepted 1")]
    [InlineData("Closed", "NoIndex 1")]
    public async Task Without_an_index_an_option_says_what_is_done(string option, string result)
    {
        _published = new(_page, Some.Options with { WithoutIndex = Enum.Parse<WithoutIndex>(option) }, _time);
        Send(Target);
        _time.Advance(HeldMessages.Grace);
        Assert.Equal(result, await ResultsAsync());
    }

    [Fact]
    public async Task What_was_held_for_want_of_an_index_is_judged_by_it_when_it_comes()
    {
        _published = new(_page, Some.Options with { WithoutIndex = WithoutIndex.Closed }, _time);
        Send(Target);
        Send(new(Target.Bits + 1));
        _time.Advance(TimeSpan.FromSeconds(5));
        await _published.AllAsync(Target);
        Assert.Equal(("Accepted 1", 1), (await ResultsAsync(), await HeldAsync()));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("Accepted 1, UnknownMac 1", await ResultsAsync());
    }

    [Fact]
    public void A_message_whose_machine_comes_while_it_is_being_put_away_is_not_left_behind()
    {
        List<string> told = [];
        using var held = new HeldMessages(_ => true, _ => told.Add("released"), _ => told.Add("given up"), _page.Agent, _time);
        held.Add(Signal([]));
        Assert.Equal(["released"], told);
    }

    [Fact]
    public async Task Captures_that_hear_while_the_index_changes_lose_and_double_nothing()
    {
        const int Messages = 2_000;
        await PublishAsync();
        var addresses = Enumerable.Range(0, Messages).Select(i => new MacAddress(0x5254_0400_0000 + ((ulong)i << AddressShards.Bits))).ToArray();
        var shard = AddressShards.Of(addresses[0].Bits);
        var learning = Task.Run(async () =>
        {
            for (var known = 0; known <= Messages; known += 50) await _published.ShardAsync(shard, addresses[..known]);
        }, TestContext.Current.CancellationToken);
        Parallel.For(0, 4, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, part =>
        {
            for (var i = part; i < Messages; i += 4) Send(addresses[i], sender: (ulong)i);
        });
        await learning;

        var targets = new List<MacAddress>();
        while (_published.Outbox.Take(preferFresh: true) is { } entry) targets.Add(entry.Signal.Target);
        var refused = (int)await _page.ValueAsync("kubewol_agent_frames_total{result=\"UnknownMac\"}"); // there was no room for these
        Assert.Equal(targets.Count, targets.Distinct().Count());
        Assert.Equal(Messages, targets.Count + refused);
        Assert.Equal(0, await HeldAsync());
    }

    private async Task PublishAsync()
    {
        _published = new(_page, Some.Options, _time);
        await _published.AllAsync();
    }

    private void Send(MacAddress target, byte[]? password = null, ushort port = 9, DateTimeOffset? at = null, ulong sender = 0x842) =>
        _published.Intake.Receive(Eth0, LinkType.Ethernet, Frame(target, password, port, sender), at ?? Noon);

    private static byte[] Frame(MacAddress target, byte[]? password = null, ushort port = 9, ulong sender = 0x842) =>
        new WolFrameBuilder { Transport = WolTransport.UdpV4, Source = new(0x0200_0000_0000 + sender), DestinationPort = port }.Build(MagicPacket.Build(target, password ?? []));

    private static WakeSignal Signal(byte[] password) => new(new(Target, 9), new(password), null, "eth0", WolTransport.UdpV4, Target, null, 9, [], Noon);

    private Task<string> ResultsAsync() => _page.ResultsAsync("frames");

    private async Task<int> HeldAsync() => (int)await _page.ValueAsync("kubewol_agent_held_messages");
}
