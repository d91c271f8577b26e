using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Internal;

/// <summary>An informer, the cache it fills, and a server that answers as the test says.</summary>
public abstract class InformerConversation : IAsyncLifetime
{
    private protected static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private protected static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private ClusterConnection? _connection;

    private protected StillTime Time { get; } = new();

    private protected ResourceCache<Widget> Cache { get; } = new();

    private protected CollectorRegistry Registry { get; } = Prometheus.Metrics.NewCustomRegistry();

    private protected CancellationTokenSource Stop { get; } = new();

    /// <summary>What the cache announced, as <c>name:before>after</c>.</summary>
    private protected List<string> Changes { get; } = [];

    private protected ScriptedServer Server { get; private set; } = null!;

    /// <summary>Another who asks the same server over the same connection.</summary>
    private protected ClusterClient Client => new(_connection!, Time);

    private protected Informer<Widget> Informer { get; private set; } = null!;

    private protected Task Run { get; set; } = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        Cache.Changed += (key, before, after) => Changes.Add($"{key.Name}:{before?.Metadata.ResourceVersion}>{after?.Metadata.ResourceVersion}");
        Server = await ScriptedServer.StartAsync(protocols: HttpProtocols.Http1);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop.CancelAsync();
        await Run.SoonAsync(); // whatever happened, it ends without a fault
        Informer?.Dispose();
        _connection?.Dispose();
        await Server.DisposeAsync();
        Stop.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Start(InformerOptions options, Uri? server = null, ConnectionPatience? patience = null, string? name = null)
    {
        _connection = Clusters.Connect(server ?? Server.Address, patience);
        var metrics = new RuntimeMetrics(Registry);
        metrics.Watching(Widget.Type.Plural);
        Informer = new Informer<Widget>(new ClusterClient(_connection, Time), Widget.Type, name, Cache, options, metrics, Time, NullLogger.Instance);
        Run = Informer.RunAsync(Stop.Token);
    }

    private protected Task<Exchange> StartWatchingAsync(params Widget[] listed) => StartWatchingWithAsync(new(), listed);

    private protected async Task<Exchange> StartWatchingWithAsync(InformerOptions options, params Widget[] listed)
    {
        Start(options);
        await (await Server.NextAsync()).AnswerAsync(200, Widget.List(10, null, listed));
        return await Server.NextAsync();
    }

    /// <summary>Checks the pause after so many failures in a row, and lets it pass.</summary>
    private protected async Task PauseAsync(int failures)
    {
        var full = Math.Min(Longest.TotalMilliseconds, Shortest.TotalMilliseconds * Math.Pow(2, failures - 2));
        var pause = await Time.WaitBegunAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Assert.InRange(pause.TotalMilliseconds, full / 2, full);
        Assert.False(Server.HasNext);
        Time.Advance(pause);
    }
}
