using KubeWol.Agent.Capture;
using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Protocol;
using KubeWol.TestCluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Tests.Delivery;

/// <summary>A deliverer between a server that the test plays and a clock that the test moves.</summary>
public abstract class DelivererScene : IAsyncLifetime
{
    private protected const string Requests = "/apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests";
    private protected const string Name = "wol-525400123456-fd3c5818a1";
    private protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Nic Eth0 = new("eth0", 2, NicKind.Physical, IsUp: true);

    private readonly StateDirectory _state = new();
    private readonly FrameIntake _intake;
    private ClusterConnection? _connection;
    private ClockReader? _reader;

    private protected DelivererScene()
    {
        Time.SetUtcNow(Noon);
        Outbox = Some.Outbox(Page, time: Time);
        _intake = Some.Intake(Page, told: Told, outbox: Outbox);
    }

    private protected StillTime Time { get; } = new();

    private protected MetricsPage Page { get; } = new();

    private protected LogRecorder<Deliverer> Log { get; } = new();

    private protected Told Told { get; } = new();

    private protected Outbox Outbox { get; }

    private protected ScriptedApi Api { get; private set; } = null!;

    private protected Deliverer Deliverer { get; private set; } = null!;

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Api = await ScriptedApi.StartAsync();
        Deliverer = await StartAsync(Api.Address, Log);
        var greeting = await Api.NextAsync();
        Assert.Equal($"GET {Requests}/kubewol-agent-greeting", $"{greeting}");
        await greeting.RefuseAsync(404, "NotFound");
        await Eventually.BecomesTrueAsync("the greeting is over", () => Deliverer.Missing is null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Deliverer.StopAsync(Cancel).SoonAsync();
        Deliverer.Dispose();
        _reader?.Dispose();
        _connection!.Dispose();
        await Api.DisposeAsync();
        _state.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<Deliverer> StartAsync(Uri server, ILogger<Deliverer> log, Told? told = null)
    {
        _reader?.Dispose(); // of a writer that was stopped
        _connection?.Dispose();
        _connection = ClusterConnection.Open(_state.Write("kubeconfig", ScriptedApi.Kubeconfig(server)));
        var (client, instructions) = (new ClusterClient(_connection, Time), (told ?? Told).Instructions);
        var deliverer = new Deliverer(Outbox, Some.Spool(Page), new(new(instructions, Some.Options), new(instructions, Some.Options, Time), Some.Clock(Time), _reader = new(Some.Clock(Time), Some.Spool(Page), client, Some.Options, Time), client, Some.Options), new(Page.Agent, Time), instructions, client, Some.Options, Page.Agent, Time, log);
        await deliverer.StartAsync(Cancel);
        return deliverer;
    }

    private protected void Hear() => Hear(Formats.Frame("IPv4", Some.Target), Noon);

    private protected void Hear(byte[] frame, DateTimeOffset at) => _intake.Receive(Eth0, LinkType.Ethernet, frame, at);

    /// <summary>Lets the pause before the next attempt pass.</summary>
    private protected async Task<TimeSpan> PassAsync()
    {
        var pause = await Time.WaitBegunAsync(TimeSpan.FromSeconds(5));
        Time.Advance(pause);
        return pause;
    }

    private protected Task ResultsAsync(string results) =>
        Eventually.BecomesTrueAsync($"'{results}' is counted", async () => await Page.ResultsAsync("requests") == results, Cancel);

    private protected static string Existing(string status = "null") =>
        $$$"""{"apiVersion":"kubewol.io/v1alpha1","kind":"WakeRequest","metadata":{"name":"{{{Name}}}","namespace":"kubewol-system"},"spec":{"target":{"macAddress":"52:54:00:12:34:56"}},"status":{{{status}}} }""";
}
