using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>An API server with the stand-in; KUBEWOL_KUBEVIRT_CRDS=DIR puts the CRDs in DIR in place of the stand-in's.</summary>
internal sealed class KubeVirtCluster : IAsyncDisposable
{
    private KubeVirtCluster(ApiServer api, KubeVirtStandInOptions options, KubeVirtStandIn standIn) =>
        (Api, Options, StandIn, Http) = (api, options, standIn, api.CreateAdminHttpClient());

    public ApiServer Api { get; }

    public KubeVirtStandInOptions Options { get; }

    public KubeVirtStandIn StandIn { get; private set; }

    public HttpClient Http { get; }

    public static async Task<KubeVirtCluster> StartAsync(Func<KubeVirtStandInOptions, KubeVirtStandInOptions>? configure = null)
    {
        var cancel = TestContext.Current.CancellationToken;
        var backend = KubeVirtStandIn.Api();
        var api = await ApiServer.StartAsync(new() { AggregatedApis = [backend] }, cancel);
        var options = KubeVirtStandInOptions.For(api, backend) with { Delays = StandInDelays.None, Logging = new TestLog() };
        if (Environment.GetEnvironmentVariable("KUBEWOL_KUBEVIRT_CRDS") is { Length: > 0 } genuine)
        {
            await api.Kubectl.OutputAsync(["apply", "--server-side", "-f", genuine], cancel);
            await Eventually.BecomesTrueAsync(
                "KubeVirt's kinds are served", async () => (await api.Kubectl.RunAsync(["get", "vm,vmi,vmim"], cancel)).Succeeded, cancel);
            options = options with { InstallCrds = false };
        }

        options = configure?.Invoke(options) ?? options;
        var standIn = await KubeVirtStandIn.StartAsync(options, cancel);
        await api.WaitForAggregatedApisAsync([backend], cancel);
        return new(api, options, standIn);
    }

    /// <summary>The stand-in is stopped, and another one started in its place.</summary>
    public async Task RestartStandInAsync()
    {
        await StandIn.DisposeAsync();
        StandIn = await KubeVirtStandIn.StartAsync(Options, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StandIn.DisposeAsync();
        Http.Dispose();
        await Api.DisposeAsync();
    }
}
