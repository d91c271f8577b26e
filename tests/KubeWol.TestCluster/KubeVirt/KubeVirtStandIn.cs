using System.Net;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;
using KubeWol.TestCluster.KubeVirt.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace KubeWol.TestCluster.KubeVirt;

/// <summary>
/// Stands in for KubeVirt on an API server: CRDs, webhooks, <c>subresources.kubevirt.io</c>, and a controller that makes machines come,
/// go and move. Guests are imagined; everything an operator sees of them through the API is as with KubeVirt v1.9.
/// </summary>
public sealed class KubeVirtStandIn : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ClusterConnection _connection;
    private readonly WebApplication _host;
    private bool _disposed;

    private KubeVirtStandIn(ClusterConnection connection, WebApplication host) => (_connection, _host) = (connection, host);

    /// <summary>What it was asked to do, and did.</summary>
    public KubeVirtJournal Journal => _host.Services.GetRequiredService<KubeVirtJournal>();

    /// <summary>What an API server is to pass on to the stand-in, at a port that is free just now. It must be told before it starts.</summary>
    public static AggregatedApi Api() => new(SubresourceApi.GroupVersion, new Uri($"https://127.0.0.1:{LoopbackPorts.Pick()}"));

    /// <summary>What it is to pass on besides, where <see cref="KubeVirtStandInOptions.Template"/> is set.</summary>
    public static AggregatedApi TemplateApi(AggregatedApi api) => api with { GroupVersion = Server.TemplateApi.GroupVersion };

    /// <summary>Installs the stand-in and returns once it is ready for machines.</summary>
    public static async Task<KubeVirtStandIn> StartAsync(KubeVirtStandInOptions options, CancellationToken cancellationToken)
    {
        var connection = ClusterConnection.Open(options.Kubeconfig);
        var standIn = new KubeVirtStandIn(connection, Build(options, connection));
        try
        {
            var installation = standIn._host.Services.GetRequiredService<Installation>();
            if (options.InstallCrds) await installation.InstallCrdsAsync(options.Template, cancellationToken);
            if (options.CreateNodes) await installation.CreateNodesAsync(options.Nodes, cancellationToken);
            await standIn._host.StartAsync(cancellationToken);
            await installation.InstallWebhooksAsync(options.Api.Backend, options.Authority.Pem, cancellationToken);
            await Task.WhenAll(
                standIn._host.Services.GetRequiredService<IResourceCache<VirtualMachine>>().Synced,
                standIn._host.Services.GetRequiredService<IResourceCache<VirtualMachineInstance>>().Synced,
                standIn._host.Services.GetRequiredService<IResourceCache<Migration>>().Synced).WaitAsync(cancellationToken);
            return standIn;
        }
        catch
        {
            await standIn.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _host.Services.GetRequiredService<Installation>().RemoveWebhooksAsync(patience.Token);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or TimeoutException)
        {
            // The API server is gone, or never had them.
        }

        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        _connection.Dispose();
    }

    private static WebApplication Build(KubeVirtStandInOptions options, ClusterConnection connection)
    {
        var certificate = options.Authority.IssueServer(options.Api.ServerName, TemplateApi(options.Api).ServerName).ToCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning);
        if (options.Logging is { } logging) builder.Logging.AddProvider(logging);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Api.Backend.Port, listener =>
        {
            listener.Protocols = HttpProtocols.Http1AndHttp2;
            listener.UseHttps(certificate);
        }));
        builder.Services.AddSingleton(options.Time).AddSingleton(Metrics.NewCustomRegistry()).AddCluster(connection);
        builder.Services.AddSingleton(options.Delays).AddSingleton(new NodePool(options.Nodes))
            .AddSingleton<KubeVirtJournal>().AddSingleton<StandInClient>().AddSingleton<Installation>().AddSingleton<MachineWriter>().AddSingleton<SubresourceApi>().AddSingleton<Server.TemplateApi>();
        builder.Services.AddSingleton(services => new AdmissionApi(services.GetRequiredService<ClusterClient>(), options.DecentralizedLiveMigration));
        builder.Services.AddController<MachineReconciler>("kubevirt-stand-in", controller =>
        {
            controller.Workers = options.Workers;
            controller.Watch(KubeVirtTypes.Vm, static (_, vm) => [ResourceKey.Of(vm)])
                .Watch(KubeVirtTypes.Vmi, static (_, vmi) => [ResourceKey.Of(vmi)])
                .Watch(KubeVirtTypes.Migration, static (_, migration) => [new(migration.Metadata.Namespace, migration.Spec.VmiName ?? "")]);
        });
        builder.Services.AddController<CloneReconciler>("kubevirt-stand-in-clones", controller => controller
            .Watch(KubeVirtTypes.Clone, static (_, clone) => [ResourceKey.Of(clone)])
            .Watch(KubeVirtTypes.Vm, static (services, vm) => services.GetRequiredService<IResourceCache<VirtualMachineClone>>()
                .FindBy(KubeVirtTypes.ClonesByTarget, ResourceKey.Of(vm)).Select(c => ResourceKey.Of(c))));
        var host = builder.Build();
        host.Services.GetRequiredService<SubresourceApi>().Map(host);
        host.Services.GetRequiredService<AdmissionApi>().Map(host);
        if (options.Template) host.Services.GetRequiredService<Server.TemplateApi>().Map(host);
        var unknown = StatusDocument.Of(new(404, "NotFound", "the stand-in for KubeVirt does not imitate this"));
        host.MapFallback(() => Results.Json(unknown, KubeVirtJson.Default.JsonNode, statusCode: 404));
        return host;
    }
}
