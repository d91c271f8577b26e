using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>Real interfaces that come and go. Only the clock is the test's: it says when they are looked at.</summary>
public sealed class LiveCaptureServiceTests(LiveNode node) : IClassFixture<LiveNode>, IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetricsPage _page = new();
    private readonly LogRecorder<CaptureService> _log = new();
    private readonly RecordingSink _heard = new();
    private readonly FrameSender _sender = node.OpenSender();
    private CaptureService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = Some.Options with { Interfaces = ["eth*", "lan*"], ExcludedInterfaces = ["eth2"] };
        _service = new(node.Nics, (nic, fault) => node.Namespace.Inside(() => WolCaptureDevice.Start(nic, options, _heard, fault)), options, _page.Agent, _time, _log);
        await _service.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.StopAsync(Cancel);
        _service.Dispose();
        _sender.Dispose();
        Assert.Empty(_log.Of(LogLevel.Error));
    }

    [Fact]
    public async Task Frames_are_heard_on_what_is_there_under_the_name_it_has()
    {
        await HearsAsync("eth0");

        var nic = await node.Host.AddNicAsync("eth1", Cancel);
        await LookAsync("Listening on eth1 (Other)");
        await HearsAsync("eth0", "eth1");

        await node.Host.AddNicAsync("eth2", Cancel);
        _time.Advance(CaptureService.Period);
        await HearsAsync("eth0", "eth1"); // eth2 is excluded

        await nic.RenameAsync("lan0", Cancel);
        await LookAsync("Listening on lan0 (Other)");
        await HearsAsync("eth0", "lan0");

        await nic.SetUpAsync(false, Cancel);
        await LookAsync("lan0 is gone or switched off; listening again when it comes back");
        await nic.SetUpAsync(true, Cancel);
        await LookAsync("Listening on lan0 (Other)");
        await HearsAsync("eth0", "lan0");

        await nic.RemoveAsync(Cancel);
        await LookAsync("lan0 is gone or switched off; listening again when it comes back");
        await HearsAsync("eth0");
        Assert.Equal(1, await _page.ValueAsync("kubewol_agent_interfaces"));

        nic = await node.Host.AddNicAsync("lan0", Cancel);
        await LookAsync("Listening on lan0 (Other)");
        await HearsAsync("eth0", "lan0");

        // Gone and back before anybody looked: it is another one.
        await nic.RemoveAsync(Cancel);
        await node.Host.AddNicAsync("lan0", Cancel);
        await LookAsync("Listening on lan0 (Other)");
        await HearsAsync("eth0", "lan0");
        Assert.InRange(await _page.ValueAsync("kubewol_agent_capture_frames_total{interface=\"eth0\"}"), 8, 100);
    }

    /// <summary>Has the interfaces looked at, after which something new is in the log.</summary>
    private async Task LookAsync(string message)
    {
        var before = Count();
        _time.Advance(CaptureService.Period);
        await Eventually.BecomesTrueAsync($"'{message}' is logged", () => Count() > before, Cancel);

        int Count() => _log.Lines.Count(l => l.Text == message);
    }

    /// <summary>A frame for everybody is heard on these interfaces and no other.</summary>
    private async Task HearsAsync(params string[] names)
    {
        var frame = Formats.Frame("raw broadcast", Some.NextTarget());
        _sender.Send(frame);
        await Eventually.BecomesTrueAsync($"a frame is heard on {string.Join(" and ", names)}", () => On().SequenceEqual(names), Cancel);

        IEnumerable<string> On() => _heard.Frames.Where(f => f.Bytes.AsSpan().SequenceEqual(frame)).Select(f => f.Nic.Name).Order(StringComparer.Ordinal);
    }
}
