using System.Threading.Channels;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;
using KubeWol.TestCluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests;

/// <summary>Processes that watch widgets before an API server in memory. They set <see cref="Environment.ExitCode"/>: no two classes of them at once.</summary>
[Collection(nameof(RuntimeScene))]
public abstract class RuntimeScene : IAsyncLifetime
{
    private protected static readonly LeaderLeaseOptions Lease = new() { Namespace = "system", Name = "lease", Identity = "me" };

    private readonly List<IHost> _hosts = [];

    private protected int InitialExitCode { get; } = Environment.ExitCode;

    private protected StillTime Time { get; } = new();

    private protected FakeApi Api { get; } = new();

    private protected LogRecorder Log { get; } = new();

    private protected CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();


    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await host.StopAsync(impatient.Token);
            host.Dispose();
        }

        Environment.ExitCode = InitialExitCode;
        Log.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a process; its reconciler tells of each key, and then waits for <paramref name="hold"/>, if given.</summary>
    private protected async Task<(IHost Host, Channel<(ResourceKey Key, IResourceCache<Widget> Cache)> Work)> StartAsync(
        Hold? hold = null, LeaderLeaseOptions? lease = null, Action<ControllerBuilder>? configure = null, Action<IServiceCollection>? services = null)
    {
        var work = Channel.CreateUnbounded<(ResourceKey, IResourceCache<Widget>)>();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Time).AddSingleton(Registry).AddSingleton(work);
        if (hold is not null) builder.Services.AddSingleton(hold);
        builder.Services.AddCluster(Clusters.Connect(Api));
        if (lease is not null) builder.Services.AddLeaderLease(lease);
        builder.Services.AddController<Telling>("widgets", configure ?? (c => c.For(Widget.Type)));
        services?.Invoke(builder.Services);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync(Bounded.Test);
        return (host, work);
    }

    private protected static Task<(ResourceKey Key, IResourceCache<Widget> Cache)> NextAsync(Channel<(ResourceKey, IResourceCache<Widget>)> work) =>
        work.Reader.ReadAsync(Bounded.Test).SoonAsync()!;

    private protected static async Task<IEnumerable<string>> NamesAsync(Channel<(ResourceKey, IResourceCache<Widget>)> work, int count)
    {
        var names = new List<string>();
        for (var i = 0; i < count; i++) names.Add((await NextAsync(work)).Key.ToString());
        return names.Order(StringComparer.Ordinal);
    }

    /// <summary>Moves the time, a little at a time, until something is so.</summary>
    private protected Task PassUntilAsync(Func<bool> condition) => Eventually.BecomesTrueAsync("the time for it comes", () =>
    {
        for (var i = 0; i < 10 && !condition(); i++) Time.Advance(TimeSpan.FromMilliseconds(50));
        return condition();
    }, Bounded.Test);

    /// <summary>Keeps a reconciler at work until its end, or until it is cancelled if it listens.</summary>
    private protected sealed record Hold(bool Listens)
    {
        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Telling(Channel<(ResourceKey, IResourceCache<Widget>)> work, IResourceCache<Widget> cache, IServiceProvider services) : IReconciler
    {
        public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
        {
            work.Writer.TryWrite((key, cache));
            if (services.GetService<Hold>() is { } hold) await hold.End.Task.WaitAsync(hold.Listens ? cancellationToken : CancellationToken.None);
            return Requeue.Never;
        }
    }}
