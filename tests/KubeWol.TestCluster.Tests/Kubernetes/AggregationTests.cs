using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using KubeWol.TestCluster.ApiServers;
using Microsoft.AspNetCore.Http;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Aggregated APIs: another server behind the API server's authentication and authorization.</summary>
public sealed class AggregationTests(AggregationTests.Setting setting) : IClassFixture<AggregationTests.Setting>
{
    private const string GroupVersion = "subresources.machines.example/v1";
    private const string Away = "subresources.away.example/v1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Uri Start(string groupVersion) => new($"apis/{groupVersion}/namespaces/default/machines/web/start", UriKind.Relative);

    [Fact]
    public async Task The_backend_learns_who_asks_from_the_front_proxy_and_nothing_else()
    {
        using var admin = setting.Api.CreateAdminHttpClient();

        var seen = await (await admin.PutAsJsonAsync(Start(GroupVersion), new { }, Cancel)).Content.ReadFromJsonAsync<JsonElement>(Cancel);

        Assert.Equal("admin", seen.GetProperty("user").GetString());
        Assert.Equal(["system:masters", "system:authenticated"], seen.GetProperty("groups").EnumerateArray().Select(g => g.GetString()));
        Assert.Equal("CN=front-proxy", seen.GetProperty("client").GetString());
        Assert.Equal("", seen.GetProperty("authorization").GetString());
    }

    [Fact]
    public async Task Whoever_lacks_the_right_never_reaches_the_backend()
    {
        var bob = setting.Api.KubectlFor(setting.Api.KubeconfigForClientCertificate("bob"));

        var refused = await bob.RunAsync(["replace", "--raw", $"/{Start(GroupVersion)}", "-f", "-"], "{}", Cancel);

        Assert.Contains("cannot update resource \"machines/start\" in API group \"subresources.machines.example\"", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_group_is_discovered_like_any_other()
    {
        await setting.Api.WaitForAggregatedApisAsync([setting.Answering], Cancel);

        Assert.Contains(GroupVersion, await setting.Api.Kubectl.OutputAsync(["api-versions"], Cancel), StringComparison.Ordinal);
        Assert.Contains("machines/start", await setting.Api.Kubectl.OutputAsync(["get", "--raw", $"/apis/{GroupVersion}"], Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_is_away_is_service_unavailable()
    {
        using var admin = setting.Api.CreateAdminHttpClient();

        using var response = await admin.PutAsJsonAsync(Start(Away), new { }, Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    /// <summary>An API server with a backend that answers and one that is away.</summary>
    public sealed class Setting : IAsyncLifetime
    {
        private const string Resources = $$"""
            {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "{{GroupVersion}}", "resources": [
              {"name": "machines/start", "namespaced": true, "kind": "Machine", "singularName": "", "verbs": ["update"]}]}
            """;

        private Backend? _backend;

        public ApiServer Api { get; private set; } = null!;

        public AggregatedApi Answering { get; } = new(GroupVersion, new Uri($"https://127.0.0.1:{LoopbackPorts.Pick()}"));

        public async ValueTask InitializeAsync()
        {
            var authority = new CertificateAuthority();
            var away = new AggregatedApi(Away, new Uri($"https://127.0.0.1:{LoopbackPorts.Pick()}"));
            _backend = await Backend.StartAsync(Answering.Backend.Port, authority, Answering.ServerName, AnswerAsync);
            Api = await ApiServer.StartAsync(new ApiServerOptions { Authority = authority, AggregatedApis = [Answering, away] }, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            if (_backend is not null) await _backend.DisposeAsync();
            await Api.DisposeAsync();
        }

        private static Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Path == $"/apis/{GroupVersion}") return context.Response.WriteAsync(Resources);
            var headers = context.Request.Headers;
            return context.Response.WriteAsJsonAsync(new
            {
                user = headers["X-Remote-User"].ToString(),
                groups = headers["X-Remote-Group"].ToArray(),
                client = context.Connection.ClientCertificate?.Subject,
                authorization = headers.Authorization.ToString(),
            });
        }
    }
}
