using System.Net.Http.Json;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Processes;
using KubeWol.TestCluster.Tests;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace KubeWol.TestCluster.Tests;

/// <summary>One API server for all tests that leave it as it is; each makes namespaces of its own in it.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private static int s_namespaces;

    public ApiServer Api { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Api = await ApiServer.StartAsync(TestContext.Current.CancellationToken);
        Http = Api.CreateAdminHttpClient();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Api.DisposeAsync();
    }

    /// <summary>A new namespace, with the service account that pods and tokens need.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        var name = $"t{Interlocked.Increment(ref s_namespaces)}";
        using var made = await Http.PostAsJsonAsync("api/v1/namespaces", new { apiVersion = "v1", kind = "Namespace", metadata = new { name } }, cancel);
        made.EnsureSuccessStatusCode();
        var account = new Uri($"api/v1/namespaces/{name}/serviceaccounts/default", UriKind.Relative);
        await Eventually.BecomesTrueAsync("the default service account is there", async () =>
        {
            using var response = await Http.GetAsync(account, cancel);
            return response.IsSuccessStatusCode;
        }, cancel);
        return name;
    }

    /// <summary>The output of kubectl as the administrator; the arguments stand between single spaces.</summary>
    public Task<string> KubectlAsync(string arguments) => Api.Kubectl.OutputAsync(arguments.Split(' '), TestContext.Current.CancellationToken);

    public Task<CommandResult> TryAsync(string arguments) => Api.Kubectl.RunAsync(arguments.Split(' '), TestContext.Current.CancellationToken);

    public Task<CommandResult> TryAsync(string arguments, string input) =>
        Api.Kubectl.RunAsync(arguments.Split(' '), input, TestContext.Current.CancellationToken);

    public async Task<string> KubectlAsync(string arguments, string input) => (await TryAsync(arguments, input)).Checked;

    public Task<string> ApplyAsync(string manifest) => Api.Kubectl.ApplyAsync(manifest, TestContext.Current.CancellationToken);
}
