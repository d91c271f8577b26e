using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>The stand-in's own writes. They bear its name as field manager, by which its webhooks let them through unasked.</summary>
internal sealed class StandInClient(ClusterClient client)
{
    public const string FieldManager = "kubevirt-stand-in";

    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");
    private static readonly MediaTypeHeaderValue JsonPatch = new("application/json-patch+json");
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");

    public Task<T?> GetAsync<T>(ResourceType<T> type, ResourceKey key, CancellationToken cancellationToken)
        where T : class, IResource => client.GetAsync(type, key, cancellationToken);

    public Task DeleteAsync<T>(ResourceType<T> type, T resource, CancellationToken cancellationToken)
        where T : class, IResource => client.DeleteAsync(type, ResourceKey.Of(resource), resource.Metadata.Uid!, cancellationToken);

    public Task<T> CreateAsync<T>(ResourceType<T> type, T resource, bool dryRun, CancellationToken cancellationToken)
        where T : class, IResource =>
        SendAsync(
            type, HttpMethod.Post, type.Path(resource.Metadata.Namespace), JsonSerializer.SerializeToUtf8Bytes(resource, type.Json), null, dryRun, cancellationToken);

    /// <summary>Creates an object from all its fields, also those that the stand-in does not know.</summary>
    public Task CreateAsync<T>(ResourceType<T> type, byte[] resource, string ns, CancellationToken cancellationToken)
        where T : class, IResource => SendAsync(type, HttpMethod.Post, type.Path(ns), resource, null, false, cancellationToken);

    /// <summary>A merge patch that holds only if the object still is the version that was judged.</summary>
    public Task<T> PatchAsync<T>(ResourceType<T> type, T judged, JsonObject patch, string? subresource, CancellationToken cancellationToken)
        where T : class, IResource
    {
        var metadata = patch["metadata"] as JsonObject ?? [];
        metadata["resourceVersion"] = judged.Metadata.ResourceVersion;
        patch["metadata"] = metadata;
        return SendAsync(type, HttpMethod.Patch, type.Path(ResourceKey.Of(judged), subresource), Bytes(patch), MergePatch, false, cancellationToken);
    }

    /// <summary>A JSON patch (RFC 6902); its own tests decide whether it holds.</summary>
    public Task<T> PatchAsync<T>(
        ResourceType<T> type, ResourceKey key, JsonArray operations, string? subresource, bool dryRun, CancellationToken cancellationToken)
        where T : class, IResource =>
        SendAsync(type, HttpMethod.Patch, type.Path(key, subresource), Bytes(operations), JsonPatch, dryRun, cancellationToken);

    /// <summary>Server-side apply of a manifest in YAML or JSON; returns the answer.</summary>
    public Task<byte[]> ApplyAsync(string path, byte[] manifest, CancellationToken cancellationToken) =>
        client.SendAsync(HttpMethod.Patch, $"{path}?fieldManager={FieldManager}&force=true", manifest, ApplyPatch, cancellationToken);

    public Task<byte[]> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        client.SendAsync(method, path, null, null, cancellationToken);

    private async Task<T> SendAsync<T>(
        ResourceType<T> type, HttpMethod method, string path, byte[] body, MediaTypeHeaderValue? contentType, bool dryRun, CancellationToken cancellationToken)
        where T : class, IResource
    {
        var query = $"?fieldManager={FieldManager}{(dryRun ? "&dryRun=All" : "")}";
        return JsonSerializer.Deserialize(await client.SendAsync(method, path + query, body, contentType, cancellationToken), type.Json)!;
    }

    private static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, KubeVirtJson.Default.JsonNode);
}
