using System.Diagnostics.CodeAnalysis;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.ControllerRuntime.Internal;
using KubeWol.ControllerRuntime.Leadership;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.ControllerRuntime;

/// <summary>Puts controllers, informers and the leader lease into a host.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>The connection to the API server and the client that uses it.</summary>
    /// <param name="services">Where they are added.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="requestTimeout">How long one request may take; null for the client's own default.</param>
    public static IServiceCollection AddCluster(this IServiceCollection services, ClusterConnection connection, TimeSpan? requestTimeout = null)
    {
        services.AddSingleton(connection);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(Metrics.DefaultRegistry);
        services.TryAddSingleton(s =>
        {
            var (time, lease, timeout) = (s.GetRequiredService<TimeProvider>(), s.GetService<LeaderLease>(), requestTimeout ?? ClusterClient.DefaultTimeout);
            return new ClusterClient(connection, time) { RequestTimeout = timeout, Metrics = s.GetRequiredService<RuntimeMetrics>(), Dates = s.GetService<IServerDates>(), MayWrite = () => lease is null || lease.IsHeld };
        });
        services.TryAddSingleton<RuntimeMetrics>();
        return services;
    }

    /// <summary>Keeps all objects of a kind in an <see cref="IResourceCache{T}"/>. The first call for a kind sets its options.</summary>
    public static IServiceCollection AddInformer<T>(this IServiceCollection services, ResourceType<T> type, InformerOptions? options = null)
        where T : class, IResource
    {
        if (services.Any(s => s.ServiceType == typeof(ResourceCache<T>))) return services;
        var names = options?.Names?.ToArray() ?? [null];
        services.AddSingleton(_ => new ResourceCache<T>(names.Length));
        services.AddSingleton<IResourceCache<T>>(s => s.GetRequiredService<ResourceCache<T>>());
        foreach (var name in names) services.AddSingleton<IInformer>(s => Create(s, name));
        services.AddRuntimeService();
        return services;

        Informer<T> Create(IServiceProvider s, string? name)
        {
            var metrics = s.GetRequiredService<RuntimeMetrics>();
            metrics.Watching(type.Plural);
            return new(s.GetRequiredService<ClusterClient>(), type, name, s.GetRequiredService<ResourceCache<T>>(), options ?? new(), metrics,
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>().CreateLogger<Informer<T>>());
        }
    }

    /// <summary>Runs <typeparamref name="TReconciler"/> on the keys that <paramref name="configure"/> lets in.</summary>
    public static IServiceCollection AddController<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TReconciler>(
        this IServiceCollection services, string name, Action<ControllerBuilder> configure)
        where TReconciler : class, IReconciler
    {
        var builder = new ControllerBuilder(services);
        configure(builder);
        services.AddSingleton<TReconciler>();
        services.AddSingleton(s =>
        {
            // Closed until the work begins: on a standby, keys of what has long gone would pile up for as long as the leader lives.
            var queue = new WorkQueue(s.GetRequiredService<TimeProvider>(), new() { IsOpen = false });
            builder.Connect(s, queue);
            var metrics = s.GetRequiredService<RuntimeMetrics>();
            metrics.Controlling(name, queue);
            return new Controller(name, s.GetRequiredService<TReconciler>(), queue, () => builder.Begin(s, queue), builder.Settings, metrics,
                s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>().CreateLogger<TReconciler>());
        });
        services.AddRuntimeService();
        return services;
    }

    /// <summary>Controllers wait until this process holds the lease, and the cluster's client writes only while it does; losing it stops the host.</summary>
    /// <exception cref="ArgumentException">The times of <paramref name="options"/> do not go together.</exception>
    public static IServiceCollection AddLeaderLease(this IServiceCollection services, LeaderLeaseOptions options)
    {
        options.Validate();
        // With a client of its own: everybody else's asks the lease before it writes.
        services.AddSingleton<ITenure>(s => s.GetRequiredService<LeaderLease>());
        return services.AddSingleton(s =>
        {
            var (time, metrics) = (s.GetRequiredService<TimeProvider>(), s.GetRequiredService<RuntimeMetrics>());
            metrics.Leading(false);
            return new LeaderLease(
                new ClusterClient(s.GetRequiredService<ClusterConnection>(), time) { Metrics = metrics }, options, metrics, time, s.GetRequiredService<ILoggerFactory>().CreateLogger<LeaderLease>());
        });
    }

    private static void AddRuntimeService(this IServiceCollection services)
    {
        services.TryAddSingleton<RuntimeService>();
        services.TryAddSingleton<ITenure, SoleTenure>(); // a lease goes first
        services.TryAddSingleton<IRuntimeState>(s => s.GetRequiredService<RuntimeService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RuntimeService>(s => s.GetRequiredService<RuntimeService>()));
    }
}
