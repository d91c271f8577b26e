using KubeWol.TestCluster.ApiServers;

namespace KubeWol.Chart.Tests.Installing;

/// <summary>An API server with the namespace of KubeWol, and with the kinds of other projects that the chart may use.</summary>
[CollectionDefinition(nameof(ChartServer))]
public sealed class ChartServer : IAsyncLifetime, ICollectionFixture<ChartServer>
{
    public ApiServer Server { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await ApiServer.StartAsync(Cancel);
        await Server.Kubectl.OutputAsync(["create", "namespace", TestBed.Installation.Namespace], Cancel);
        await Server.Kubectl.OutputAsync(["apply", "-f", Repository.Own("kinds")], Cancel);
        await Server.Kubectl.OutputAsync(["wait", "--for=condition=established", "--timeout=30s", "-f", Repository.Own("kinds")], Cancel);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>That the API server would take these manifests, every field of them.</summary>
    public async Task TakesAsync(string manifests) =>
        _ = (await Server.Kubectl.RunAsync(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], manifests, Cancel)).Checked;
}
