using System.Collections.Concurrent;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Prometheus;

namespace KubeWol.ControllerRuntime.Tests.Genuine;

/// <summary>An informer at work, and what it told.</summary>
internal sealed class RunningInformer<T> : IAsyncDisposable
    where T : class, IResource
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly string _plural;
    private readonly Task _run;

    public RunningInformer(ClusterConnection connection, ResourceType<T> type, InformerOptions options)
    {
        _plural = type.Plural;
        Cache.Changed += (key, before, after) => Changes.Enqueue((key, before?.Metadata.ResourceVersion, after?.Metadata.ResourceVersion));
        var metrics = new RuntimeMetrics(_registry);
        metrics.Watching(type.Plural);
        var quick = options with { ShortestBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(50) };
        _run = new Informer<T>(new ClusterClient(connection, TimeProvider.System), type, options.Names?.Single(), Cache, quick, metrics, TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token);
    }

    public ResourceCache<T> Cache { get; } = new();

    public ConcurrentQueue<(ResourceKey Key, string? Before, string? After)> Changes { get; } = [];

    public Task<double> RelistsAsync() => _registry.ReadAsync($$"""kubewol_watch_relists_total{resource="{{_plural}}"}""");

    public Task<double> FailuresAsync() => _registry.ReadAsync($$"""kubewol_watch_failures_total{resource="{{_plural}}"}""");

    /// <summary>Waits until the cache has this object in just this version.</summary>
    public Task HasAsync(T written) => Cache.UntilAsync(c => c.Find(ResourceKey.Of(written))?.Metadata.ResourceVersion == written.Metadata.ResourceVersion);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.SoonAsync();
        _stop.Dispose();
    }
}
