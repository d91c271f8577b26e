using System.Collections.Concurrent;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Bench.Wakes;

/// <summary>Tells when machines run, by a watch; the same for the floor and for the product, so that watching costs both the same.</summary>
internal sealed class RunWatch : IReconciler, IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];
    private ClusterConnection? _connection;
    private IHost? _host;

    public static async Task<RunWatch> StartAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var watch = new RunWatch { _connection = ClusterConnection.Open(kubeconfig) };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddCluster(watch._connection);
        builder.Services.AddController<RunWatch>("bench", c => c.Watch(VirtualMachine.Type, static (_, m) => [ResourceKey.Of(m)]));
        builder.Services.AddSingleton(watch); // the last one counts: this very object
        watch._host = builder.Build();
        await watch._host.StartAsync(cancellationToken);
        await watch._host.Services.GetRequiredService<IResourceCache<VirtualMachine>>().Synced.WaitAsync(cancellationToken);
        return watch;
    }

    /// <summary>Ends when the machine of this name comes to run.</summary>
    public Task RunsAsync(string name) => (_waiting[name] = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_host?.Services.GetRequiredService<IResourceCache<VirtualMachine>>().Find(key)?.Status?.PrintableStatus == "Running" && _waiting.TryRemove(key.Name, out var waiting)) waiting.SetResult();
        return Task.FromResult(Requeue.Never);
    }

    public void Dispose()
    {
        _host?.StopAsync().GetAwaiter().GetResult();
        _host?.Dispose();
        _connection?.Dispose();
    }
}
