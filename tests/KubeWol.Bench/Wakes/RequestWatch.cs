using System.Collections.Concurrent;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Bench.Wakes;

/// <summary>Tells when requests are finished, by a watch.</summary>
internal sealed class RequestWatch : IReconciler, IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];
    private ClusterConnection? _connection;
    private IHost? _host;

    public static async Task<RequestWatch> StartAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var watch = new RequestWatch { _connection = ClusterConnection.Open(kubeconfig) };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddCluster(watch._connection);
        builder.Services.AddController<RequestWatch>("bench", c => c.Watch(WakeRequest.Type, static (_, r) => [ResourceKey.Of(r)]));
        builder.Services.AddSingleton(watch); // the last one counts: this very object
        watch._host = builder.Build();
        await watch._host.StartAsync(cancellationToken);
        await watch._host.Services.GetRequiredService<IResourceCache<WakeRequest>>().Synced.WaitAsync(cancellationToken);
        return watch;
    }

    /// <summary>Ends when the request for an address that is made from now on is finished.</summary>
    public Task FinishedAsync(string mac) => (_waiting[mac] = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        var request = _host?.Services.GetRequiredService<IResourceCache<WakeRequest>>().Find(key);
        if (request is { Status.CompletedAt: not null, Spec.Target.MacAddress: { } mac } && _waiting.TryRemove(mac, out var waiting)) waiting.SetResult();
        return Task.FromResult(Requeue.Never);
    }

    public void Dispose()
    {
        _host?.StopAsync().GetAwaiter().GetResult();
        _host?.Dispose();
        _connection?.Dispose();
    }
}
