using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.TestBed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Prometheus;

namespace KubeWol.Bench.Broadcast;

/// <summary>
/// What all simulated agents are told, watched once. With watches of their own a thousand of them ask an API server, etcd and a bench on two processors for
/// 17,000, and what is measured here, writes and looks after a broadcast, needs none of them.
/// </summary>
internal sealed class SharedWatches : IAsyncDisposable
{
    private readonly ClusterConnection _connection;
    private readonly IHost _host;

    private SharedWatches(string kubeconfig)
    {
        _connection = ClusterConnection.Open(kubeconfig);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Metrics.NewCustomRegistry());
        builder.Services.AddCluster(_connection);
        builder.Services.AddInformer(ConfigMap.Type, new() { Namespace = Installation.Namespace, Names = [AgentConfig.Name, .. AddressShards.Names] });
        _host = builder.Build();
    }

    public static async Task<SharedWatches> StartAsync(string kubeconfig, CancellationToken cancellationToken)
    {
        var watches = new SharedWatches(kubeconfig);
        await watches._host.StartAsync(cancellationToken);
        return watches;
    }

    /// <summary>Has an agent that is put together read these in place of watches of its own.</summary>
    public void ServeTo(IServiceCollection services)
    {
        var cache = _host.Services.GetRequiredService<ResourceCache<ConfigMap>>();
        services.AddSingleton(cache);
        services.AddSingleton<IResourceCache<ConfigMap>>(cache);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _connection.Dispose();
    }
}
