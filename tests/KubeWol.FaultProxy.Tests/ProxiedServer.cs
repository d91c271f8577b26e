using System.Net;
using System.Net.Http.Json;
using KubeWol.FaultProxy.Tests;
using KubeWol.TestCluster.ApiServers;

[assembly: AssemblyFixture(typeof(ProxiedServer))]

namespace KubeWol.FaultProxy.Tests;

/// <summary>One API server for all tests; each stands a proxy of its own before it.</summary>
public sealed class ProxiedServer : IAsyncLifetime
{
    private int _names;

    public ApiServer Api { get; private set; } = null!;

    /// <summary>The administrator, who goes past all proxies.</summary>
    public HttpClient Direct { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Api = await ApiServer.StartAsync(TestContext.Current.CancellationToken);
        Direct = Api.CreateAdminHttpClient();
    }

    public async ValueTask DisposeAsync()
    {
        Direct.Dispose();
        await Api.DisposeAsync();
    }

    public Task<ApiProxy> NewProxyAsync() => ApiProxy.StartAsync(Api.Address, Api.Authority, TestContext.Current.CancellationToken);

    /// <summary>The administrator by way of a proxy, over HTTP/2.</summary>
    public HttpClient Through(ApiProxy proxy) => Through(proxy, Api.CreateAdminHttpClient());

    public HttpClient Through(ApiProxy proxy, string token) => Through(proxy, Api.CreateHttpClient(token));

    /// <summary>A name that no other test has.</summary>
    public string NewName() => $"map-{Interlocked.Increment(ref _names)}";

    public async Task<bool> ExistsAsync(string name)
    {
        using var answer = await Direct.GetAsync($"api/v1/namespaces/default/configmaps/{name}", TestContext.Current.CancellationToken);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private static HttpClient Through(ApiProxy proxy, HttpClient client)
    {
        client.BaseAddress = proxy.Address;
        client.DefaultRequestVersion = HttpVersion.Version20;
        return client;
    }
}

internal static class Maps
{
    public const string Path = "api/v1/namespaces/default/configmaps";

    public static Task<HttpResponseMessage> CreateMapAsync(this HttpClient client, string name) => client.PostAsJsonAsync(
        Path, new { apiVersion = "v1", kind = "ConfigMap", metadata = new { name } }, TestContext.Current.CancellationToken);
}
