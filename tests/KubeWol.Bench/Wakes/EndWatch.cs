using System.Collections.Concurrent;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Bench.Wakes;

/// <summary>Tells when a wake has come to its end, by a watch.</summary>
internal static class EndWatch
{
    /// <summary>When the request for an address is finished.</summary>
    public static Task<EndWatch<WakeRequest>> OfRequestsAsync(string kubeconfig, CancellationToken cancellationToken) =>
        EndWatch<WakeRequest>.StartAsync(kubeconfig, WakeRequest.Type, r => r.Status?.CompletedAt is null ? null : r.Spec.Target.MacAddress, cancellationToken);

    /// <summary>When the machine of a name runs.</summary>
    public static Task<EndWatch<VirtualMachine>> OfMachinesAsync(string kubeconfig, CancellationToken cancellationToken) =>
        EndWatch<VirtualMachine>.StartAsync(kubeconfig, VirtualMachine.Type, m => m.Status?.PrintableStatus == "Running" ? m.Metadata.Name : null, cancellationToken);
}

/// <param name="ended">What an object that is at its end is waited for by; null for any other.</param>
internal sealed class EndWatch<T>(Func<T, string?> ended) : IReconciler, IDisposable
    where T : class, IResource
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];
    private ClusterConnection? _connection;
    private IHost? _host;

    public static async Task<EndWatch<T>> StartAsync(string kubeconfig, ResourceType<T> type, Func<T, string?> ended, CancellationToken cancellationToken)
    {
        var watch = new EndWatch<T>(ended) { _connection = ClusterConnection.Open(kubeconfig) };
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddCluster(watch._connection);
        builder.Services.AddController<EndWatch<T>>("bench", c => c.Watch(type, static (_, r) => [ResourceKey.Of(r)]));
        builder.Services.AddSingleton(watch); // the last one counts: this very object
        watch._host = builder.Build();
        await watch._host.StartAsync(cancellationToken);
        await watch._host.Services.GetRequiredService<IResourceCache<T>>().Synced.WaitAsync(cancellationToken);
        return watch;
    }

    /// <summary>Ends when what is called so comes to its end from now on.</summary>
    public Task EndedAsync(string name) => (_waiting[name] = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (_host?.Services.GetRequiredService<IResourceCache<T>>().Find(key) is { } resource && ended(resource) is { } name && _waiting.TryRemove(name, out var waiting)) waiting.SetResult();
        return Task.FromResult(Requeue.Never);
    }

    public void Dispose()
    {
        _host?.StopAsync().GetAwaiter().GetResult();
        _host?.Dispose();
        _connection?.Dispose();
    }
}
