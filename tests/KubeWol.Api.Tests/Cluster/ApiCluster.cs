using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KubeWol.Api.Tests.Cluster;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;

[assembly: AssemblyFixture(typeof(ApiCluster))]

namespace KubeWol.Api.Tests.Cluster;

/// <summary>A genuine API server with our CRDs, for all tests; each makes a namespace of its own.</summary>
public sealed class ApiCluster : IAsyncLifetime
{
    private static int s_namespaces;
    private HttpClient _http = null!;

    public ApiServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Server = await ApiServer.StartAsync(cancel);
        _http = Server.CreateAdminHttpClient();
        await Server.Kubectl.OutputAsync(["apply", "-f", Repository.File("crds")], cancel);
        await Server.Kubectl.OutputAsync(["wait", "--for=condition=established", "--timeout=20s", "crd/wakerequests.kubewol.io", "crd/wakepolicies.kubewol.io"], cancel);
        // Established is said a moment before the kind is served.
        await Eventually.BecomesTrueAsync(
            "WakeRequests and WakePolicies are served",
            async () => (await _http.GetAsync(new Uri("apis/kubewol.io/v1alpha1/wakerequests", UriKind.Relative), cancel)).IsSuccessStatusCode
                && (await _http.GetAsync(new Uri("apis/kubewol.io/v1alpha1/wakepolicies", UriKind.Relative), cancel)).IsSuccessStatusCode,
            cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    public async Task<string> NewNamespaceAsync()
    {
        var name = $"team-{Interlocked.Increment(ref s_namespaces)}";
        await SendAsync(HttpMethod.Post, "api/v1/namespaces", $"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}", "application/yaml");
        return name;
    }

    /// <summary>Creates a WakeRequest with this spec, in YAML, as strictly as kubectl; the answer is the object, or a Status that says no.</summary>
    public Task<JsonElement> CreateAsync(string space, string name, string spec) =>
        SendAsync(HttpMethod.Post, $"{Path(space)}?fieldValidation=Strict",
        $"apiVersion: kubewol.io/v1alpha1\nkind: WakeRequest\nmetadata: {{name: {name}}}\nspec: {spec}", "application/yaml");

    /// <summary>Creates a WakePolicy with this spec, likewise.</summary>
    public Task<JsonElement> CreatePolicyAsync(string space, string name, string spec) =>
        SendAsync(HttpMethod.Post, $"apis/kubewol.io/v1alpha1/namespaces/{space}/wakepolicies?fieldValidation=Strict",
        $"apiVersion: kubewol.io/v1alpha1\nkind: WakePolicy\nmetadata: {{name: {name}}}\nspec: {spec}", "application/yaml");

    /// <summary>Patches a WakeRequest, or its status, with a JSON merge patch.</summary>
    public Task<JsonElement> PatchAsync(string space, string name, string patch, string subresource = "") =>
        SendAsync(HttpMethod.Patch, $"{Path(space)}/{name}{subresource}?fieldValidation=Strict", patch, "application/merge-patch+json");

    public Task<string> KubectlAsync(params IReadOnlyList<string> arguments) =>
        Server.Kubectl.OutputAsync(arguments, TestContext.Current.CancellationToken);

    /// <summary>What an answer refuses, one line a cause: field and message; empty for an object.</summary>
    public static IReadOnlyList<string> Refusals(JsonElement answer) => answer.GetProperty("kind").GetString() != "Status" ? []
        : answer.TryGetProperty("details", out var details) && details.TryGetProperty("causes", out var causes)
            ? [.. causes.EnumerateArray().Select(c => $"{(c.TryGetProperty("field", out var field) ? field : default)}: {c.GetProperty("message")}")]
            : [answer.GetProperty("message").GetString()!];

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string body, string contentType)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string Path(string space) => $"apis/kubewol.io/v1alpha1/namespaces/{space}/wakerequests";
}
