using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>The stand-in behind a real API server, over HTTP as any client would.</summary>
internal sealed class HttpBed(HttpClient http) : ITranscriptBed
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task CreateAsync(JsonObject resource)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, PathOf(resource), resource);
        Assert.True(status == HttpStatusCode.Created, body);
    }

    public async Task<string?> CreateMigrationAsync(JsonObject migration)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, PathOf(migration), migration);
        return status == HttpStatusCode.Created ? null : (string?)JsonNode.Parse(body)!["message"];
    }

    public async Task PatchAsync(string kind, string name, JsonObject mergePatch)
    {
        var (status, body) = await SendAsync(HttpMethod.Patch, PathOf(kind, name), mergePatch, "application/merge-patch+json");
        Assert.True(status == HttpStatusCode.OK, body);
    }

    public async Task DeleteAsync(string kind, string name)
    {
        var (status, body) = await SendAsync(HttpMethod.Delete, PathOf(kind, name), null);
        Assert.True(status == HttpStatusCode.OK, body);
    }

    public async Task<string> PutAsync(string resource, string name, string verb, string body)
    {
        var path = $"apis/subresources.kubevirt.io/v1/namespaces/default/{Plural(resource)}/{name}/{verb}";
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        if (text.Length == 0) return $"{(int)response.StatusCode}";
        var status = JsonNode.Parse(text)!;
        Assert.Equal(("Status", "v1", "Failure", (int)response.StatusCode), ((string?)status["kind"], (string?)status["apiVersion"], (string?)status["status"], (int)status["code"]!));
        return $"{(int)response.StatusCode} {status["reason"]}: {status["message"]}";
    }

    public Task<VirtualMachine?> VmAsync(string name) => GetAsync("vm", name, KubeVirtTypes.Vm);

    public Task<VirtualMachineInstance?> VmiAsync(string name) => GetAsync("vmi", name, KubeVirtTypes.Vmi);

    public Task<Migration?> MigrationAsync(string name) => GetAsync("vmim", name, KubeVirtTypes.Migration);

    public async Task<IReadOnlyList<Migration>> MigrationsOfAsync(string vmi)
    {
        var path = $"apis/kubevirt.io/v1/namespaces/default/{Plural("vmim")}?labelSelector={Migration.VmiNameLabel}={vmi}";
        var list = JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel))!;
        return [.. list["items"]!.AsArray().Select(item => item.Deserialize(KubeVirtTypes.Migration.Json)!)];
    }

    public Task PassAsync(TimeSpan time) => throw new InvalidOperationException("a transcript that waits by the clock is not for a real server");

    public async Task ExpectAsync(string expected, Func<Task<string>> actual)
    {
        var last = "";
        try
        {
            await Eventually.BecomesTrueAsync(expected, async () => (last = await actual()) == expected, Cancel);
        }
        catch (TestClusterException)
        {
            Assert.Equal(expected, last);
        }
    }

    /// <summary>Waits for a printable status of a VirtualMachine.</summary>
    public Task ExpectStatusAsync(string name, string printable) => ExpectAsync(printable, async () => (await VmAsync(name))?.Status.PrintableStatus ?? "");

    /// <summary>Waits for a phase of an instance.</summary>
    public Task ExpectPhaseAsync(string name, string phase) => ExpectAsync(phase, async () => (await VmiAsync(name))?.Phase ?? "none");

    private async Task<T?> GetAsync<T>(string kind, string name, ResourceType<T> type)
        where T : class, IResource
    {
        var (status, body) = await SendAsync(HttpMethod.Get, PathOf(kind, name), null);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, body);
        return status == HttpStatusCode.NotFound ? null : JsonSerializer.Deserialize(body, type.Json);
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, JsonObject? body, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri($"{path}?fieldValidation=Strict", UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType));
        using var response = await http.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static string PathOf(JsonObject resource) => $"apis/kubevirt.io/v1/namespaces/default/{((string)resource["kind"]!).ToLowerInvariant()}s";

    private static string PathOf(string kind, string name) => $"apis/kubevirt.io/v1/namespaces/default/{Plural(kind)}/{name}";

    private static string Plural(string kind) => kind switch
    {
        "vm" => "virtualmachines",
        "vmi" => "virtualmachineinstances",
        _ => "virtualmachineinstancemigrations",
    };
}
