using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime.Hosting;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>Which captures are open as interfaces come and go, with interfaces and captures that the test plays.</summary>
public sealed class CaptureServiceTests : IAsyncLifetime
{
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);
    private static readonly Nic Eth1 = new("eth1", 3, NicKind.Physical, IsUp: true);
    private static readonly Nic Loopback = new("lo", 1, NicKind.Other, IsUp: true);

    private readonly FakeTimeProvider _time = new();
    private readonly MetricsPage _page = new();
    private readonly LogRecorder<CaptureService> _log = new();
    private readonly FakeNics _nics = new(Loopback, Eth0);
    private readonly List<FakeCapture> _opened = [];
    private Exception? _refusal;
    private Action<Exception> _fault = null!;
    private CaptureService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Open => string.Join(' ', _opened.Where(c => !c.WasStopped).Select(c => c.Nic.Name));

    public ValueTask InitializeAsync()
    {
        _service = Service();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(Cancel);
        _service.Dispose();
    }

    [Fact]
    public async Task What_is_there_and_wanted_is_listened_on_from_the_start()
    {
        _nics.Now = [Loopback, Eth0, Eth1];
        await _service.StartAsync(Cancel);

        Assert.Equal(("eth0 eth1", true), (Open, _service.IsCapturing));
        Assert.Equal(["Listening on eth0 (Physical)", "Listening on eth1 (Physical)"], _log.Of(LogLevel.Information));
        Assert.Equal(2, await _page.ValueAsync("kubewol_agent_interfaces"));
    }

    [Fact]
    public async Task An_interface_that_comes_later_is_listened_on()
    {
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback, Eth0, Eth1];
        await LookAsync();

        Assert.Equal("eth0 eth1", Open);
        Assert.Equal(2, _opened.Count);
    }

    [Fact]
    public async Task An_interface_that_goes_is_let_go_and_one_that_comes_back_under_another_index_is_listened_on_again()
    {
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback];
        await LookAsync();
        Assert.Equal(("", false), (Open, _service.IsCapturing));
        Assert.Equal(["eth0 is gone or switched off; listening again when it comes back"], _log.Of(LogLevel.Warning));
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_interfaces"));

        _nics.Now = [Loopback, Eth0 with { Index = 9 }];
        await LookAsync();
        Assert.Equal(("eth0", true), (Open, _service.IsCapturing));
    }

    [Fact]
    public async Task An_interface_that_was_replaced_between_two_looks_is_opened_anew()
    {
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback, Eth0 with { Index = 9 }];
        await LookAsync();

        Assert.Equal([2, 9], _opened.Select(c => c.Nic.Index));
        Assert.Equal([true, false], _opened.Select(c => c.WasStopped));
    }

    [Fact]
    public async Task An_interface_that_was_renamed_is_listened_on_under_its_new_name()
    {
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback, Eth0 with { Name = "lan0" }];
        await LookAsync();

        Assert.Equal("lan0", Open);
    }

    [Fact]
    public async Task An_interface_that_is_switched_off_and_on_is_let_go_and_opened_again()
    {
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback, Eth0 with { IsUp = false }];
        await LookAsync();
        Assert.Equal("", Open);

        _nics.Now = [Loopback, Eth0];
        await LookAsync();
        Assert.Equal("eth0", Open);
    }

    [Fact]
    public async Task A_capture_that_ended_by_itself_is_begun_again()
    {
        await _service.StartAsync(Cancel);
        _opened[0].IsRunning = false;
        Assert.False(_service.IsCapturing);
        await LookAsync();

        Assert.Equal("eth0", Open);
        Assert.True(_service.IsCapturing);
    }

    [Fact]
    public async Task What_is_open_stays_open_while_nothing_changes()
    {
        await _service.StartAsync(Cancel);
        for (var i = 0; i < 5; i++) await LookAsync();

        Assert.False(Assert.Single(_opened).WasStopped);
    }

    [Fact]
    public async Task What_is_excluded_is_never_opened()
    {
        _service = Service(excluded: ["eth1"]);
        await _service.StartAsync(Cancel);
        _nics.Now = [Loopback, Eth0, Eth1];
        await LookAsync();

        Assert.Equal("eth0", Open);
    }

    [Fact]
    public async Task A_name_that_no_interface_has_stops_the_start_with_a_sentence_that_says_which_there_are()
    {
        _service = Service(["eth0", "bond0"]);
        _nics.Now = [Loopback, Eth1, Eth0];
        var failure = await Assert.ThrowsAsync<StartException>(() => _service.StartAsync(Cancel));

        Assert.Equal("there is no interface bond0; this node has eth0, eth1, lo", failure.Message);
        Assert.Empty(_opened);
    }

    [Fact]
    public async Task A_named_interface_that_is_switched_off_is_waited_for()
    {
        _service = Service(["eth0"]);
        _nics.Now = [Eth0 with { IsUp = false }];
        await _service.StartAsync(Cancel);
        Assert.False(_service.IsCapturing);
        Assert.Equal(["No interface to listen on yet; waiting for one that matches: eth0"], _log.Of(LogLevel.Warning));

        _nics.Now = [Eth0];
        await LookAsync();
        Assert.True(_service.IsCapturing);
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_yet_is_a_warning_and_waiting()
    {
        _service = Service(["bond*", "team?"]);
        await _service.StartAsync(Cancel);
        Assert.Equal((false, "bond*, team?"), (_service.IsCapturing, $"{_service}"));
        Assert.Equal(["No interface to listen on yet; waiting for one that matches: bond*, team?"], _log.Of(LogLevel.Warning));

        _nics.Now = [Loopback, Eth0, new("bond1", 9, NicKind.Bond, IsUp: true)];
        await LookAsync();
        Assert.Equal("bond1", Open);
    }

    [Theory]
    [InlineData(nameof(CaptureProblem.NoPermission))]
    [InlineData(nameof(CaptureProblem.NoLibrary))]
    public async Task What_can_never_work_stops_the_start(string problem)
    {
        _refusal = new CaptureException("a sentence", Enum.Parse<CaptureProblem>(problem));
        var failure = await Assert.ThrowsAsync<StartException>(() => _service.StartAsync(Cancel));

        Assert.Equal("a sentence", failure.Message);
    }

    [Theory]
    [InlineData(nameof(CaptureProblem.NoInterface))]
    [InlineData(nameof(CaptureProblem.NotEthernet))]
    [InlineData(nameof(CaptureProblem.Other))]
    public async Task What_may_work_later_is_said_once_and_tried_every_second(string problem)
    {
        _refusal = new CaptureException("a sentence", Enum.Parse<CaptureProblem>(problem));
        await _service.StartAsync(Cancel);
        await LookAsync();
        await LookAsync();
        Assert.Equal(1, _log.Count(102));
        Assert.Contains("Cannot listen on eth0, trying again every second: a sentence", _log.Of(LogLevel.Warning));
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_interfaces_failed"));

        _refusal = null;
        await LookAsync();
        Assert.Equal("eth0", Open);
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_interfaces_failed"));
    }

    [Fact]
    public async Task Losing_the_permission_later_does_not_end_the_program()
    {
        await _service.StartAsync(Cancel);
        _refusal = new CaptureException("a sentence", CaptureProblem.NoPermission);
        _nics.Now = [Eth0, Eth1];
        await LookAsync();

        Assert.Equal("eth0", Open);
        Assert.Equal(1, _log.Count(102));
    }

    [Fact]
    public async Task When_the_interfaces_cannot_be_read_what_is_open_goes_on_and_it_is_said_once()
    {
        await _service.StartAsync(Cancel);
        _nics.Failure = new IOException("too many open files");
        await LookAsync();
        await LookAsync();
        Assert.Equal("eth0", Open);
        Assert.Equal(["The network interfaces cannot be followed, trying again every second"], _log.Of(LogLevel.Error));

        (_nics.Failure, _nics.Now) = (null, [Eth0, Eth1]);
        await LookAsync();
        Assert.Equal("eth0 eth1", Open);
    }

    [Fact]
    public async Task A_capture_that_fails_in_an_unforeseen_way_ends_nothing()
    {
        await _service.StartAsync(Cancel);
        _refusal = new InvalidOperationException("unforeseen");
        _nics.Now = [Eth0, Eth1];
        await LookAsync();
        Assert.Equal("eth0", Open);

        _refusal = null;
        await LookAsync();
        Assert.Equal("eth0 eth1", Open);
    }

    [Fact]
    public async Task A_frame_that_could_not_be_handled_is_an_error_with_the_interfaces_name()
    {
        await _service.StartAsync(Cancel);
        _fault(new InvalidOperationException("a defect"));

        Assert.Equal(["A frame on eth0 could not be handled; this is a defect of KubeWol"], _log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task Libpcaps_counters_are_read_with_the_metrics_and_go_on_across_captures_and_their_32_bits()
    {
        await _service.StartAsync(Cancel);
        _opened[0].Counts = new(uint.MaxValue, 7, 1);
        Assert.Equal(uint.MaxValue, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"eth0\"}"));
        _opened[0].Counts = new(9, 8, 1);
        Assert.Equal(uint.MaxValue + 10L, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"eth0\"}"));
        Assert.Equal(8, await _page.ValueAsync("kubewol_agent_capture_dropped_total{interface=\"eth0\",place=\"buffer\"}"));
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_capture_dropped_total{interface=\"eth0\",place=\"interface\"}"));

        _opened[0].Counts = new(10, 8, 1);
        _nics.Now = [Eth0 with { Index = 9 }];
        await LookAsync();
        _opened[1].Counts = new(5, 1, 0);
        Assert.Equal(uint.MaxValue + 16L, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"eth0\"}"));
        Assert.Equal(9, await _page.ValueAsync("kubewol_agent_capture_dropped_total{interface=\"eth0\",place=\"buffer\"}"));
    }

    [Fact]
    public async Task Nobody_waits_for_a_capture_that_is_being_stopped()
    {
        await _service.StartAsync(Cancel);
        using var stopping = new SemaphoreSlim(0);
        using var mayEnd = new SemaphoreSlim(0);
        _opened[0].WhileStopping = () =>
        {
            stopping.Release();
            mayEnd.Wait(TimeSpan.FromSeconds(20), Cancel);
        };
        _nics.Now = [Eth1];
        var looking = Task.Run(() => _time.Advance(CaptureService.Period), Cancel); // the look may run within
        Assert.True(await stopping.WaitAsync(TimeSpan.FromSeconds(20), Cancel));

        var answer = Task.Run(() => (_service.IsCapturing, Open), Cancel);
        Assert.Equal((true, "eth0 eth1"), await answer.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        mayEnd.Release();
        await looking;
    }

    [Fact]
    public async Task A_capture_that_does_not_end_is_said_and_left_behind()
    {
        _nics.Now = [Eth0, Eth1];
        await _service.StartAsync(Cancel);
        foreach (var capture in _opened) capture.Hangs = true;
        _nics.Now = [Eth0 with { Index = 9 }, Eth1];
        await LookAsync();
        Assert.Equal([2, 3, 9], _opened.Select(c => c.Nic.Index));
        Assert.Equal(2, await _page.ValueAsync("kubewol_agent_interfaces"));
        await Eventually.BecomesTrueAsync("it is said", () => _log.Count(106) == 1, Cancel);

        await _service.StopAsync(Cancel);
        Assert.Equal(
            ["The capture on eth0 does not end and is left behind with its buffer; this is a defect of KubeWol", "The capture on eth1 does not end and is left behind with its buffer; this is a defect of KubeWol"],
            _log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task The_end_stops_all_captures_side_by_side()
    {
        _nics.Now = [Eth0, Eth1];
        await _service.StartAsync(Cancel);
        using var together = new Barrier(2);
        foreach (var capture in _opened) capture.WhileStopping = () => Assert.True(together.SignalAndWait(TimeSpan.FromSeconds(20), Cancel));
        _opened[0].Counts = new(3, 0, 0);
        await _service.StopAsync(Cancel);

        Assert.All(_opened, c => Assert.True(c.WasStopped));
        Assert.False(_service.IsCapturing);
        Assert.Equal(3, await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"eth0\"}"));
        Assert.Equal(0, await _page.ValueAsync("kubewol_agent_interfaces"));
        _nics.Now = [Loopback, Eth0, new("eth2", 5, NicKind.Physical, IsUp: true)];
        var lists = _nics.Lists;
        _time.Advance(CaptureService.Period);
        Assert.Equal(lists, _nics.Lists);
    }

    private CaptureService Service(string[]? included = null, string[]? excluded = null) =>
        new(_nics, OpenCapture, Some.Options with { Interfaces = included ?? [], ExcludedInterfaces = excluded ?? [] }, _page.Agent, _time, _log);

    private FakeCapture OpenCapture(Nic nic, Action<Exception> fault)
    {
        if (_refusal is not null) throw _refusal;
        _fault = fault;
        var capture = new FakeCapture(nic);
        _opened.Add(capture);
        return capture;
    }

    /// <summary>Lets two looks pass: when the second has begun, the first is over.</summary>
    private async Task LookAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            var lists = _nics.Lists;
            _time.Advance(CaptureService.Period);
            await Eventually.BecomesTrueAsync("the interfaces are looked at", () => _nics.Lists > lists, Cancel);
        }

        _ = _service.IsCapturing; // waits for the second
    }
}
