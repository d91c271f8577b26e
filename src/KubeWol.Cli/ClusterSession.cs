using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli;

/// <summary>One cluster, as its user sees it.</summary>
internal sealed class ClusterSession : IDisposable
{
    private const int PageSize = 500;

    private ClusterSession(ClusterConnection connection, string ns, string system, TimeProvider time) =>
        (Connection, Client, Namespace, System) = (connection, new(connection, time), ns, system);

    public ClusterConnection Connection { get; }

    public ClusterClient Client { get; }

    /// <summary>Where the machine is, unless it says so itself.</summary>
    public string Namespace { get; }

    /// <summary>Where KubeWol is installed.</summary>
    public string System { get; }

    public static ClusterSession Open(string? kubeconfig, string? context, string? ns, string system, TimeProvider time)
    {
        var connection = ClusterConnection.Open(kubeconfig, context);
        return new(connection, ns ?? connection.Namespace ?? "default", system, time);
    }

    public void Dispose() => Connection.Dispose();

    /// <summary>An object as the server has it; null where there is none.</summary>
    public async Task<JsonNode?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await Client.SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Creates an object; returns what the server made of it.</summary>
    public async Task<JsonNode> CreateAsync(string path, JsonNode document, CancellationToken cancellationToken) =>
        JsonNode.Parse(await Client.SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(document.ToJsonString()), null, cancellationToken).ConfigureAwait(false))!;

    /// <summary>All objects of a kind in all namespaces; those of the user's own where the rights go no further.</summary>
    public async Task<(IReadOnlyList<T> Items, Sight Sight)> ListAsync<T>(ResourceType<T> type, CancellationToken cancellationToken)
        where T : class, IResource
    {
        try
        {
            return (await PagesAsync(type, null, cancellationToken).ConfigureAwait(false), Sight.All);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            // A tenant: the own namespace is what there is to see.
        }

        try
        {
            return (await PagesAsync(type, Namespace, cancellationToken).ConfigureAwait(false), Sight.OwnNamespace);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return ([], Sight.Nothing);
        }
    }

    private async Task<List<T>> PagesAsync<T>(ResourceType<T> type, string? ns, CancellationToken cancellationToken)
        where T : class, IResource
    {
        var all = new List<T>();
        string? next = null;
        do
        {
            var more = next is null ? "" : $"&continue={Uri.EscapeDataString(next)}";
            using var page = JsonDocument.Parse(await Client.SendAsync(HttpMethod.Get, $"{type.Path(ns)}?limit={PageSize}{more}", null, null, cancellationToken).ConfigureAwait(false));
            all.AddRange(page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Deserialize(type.Json)!));
            next = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out var token) && token.GetString() is { Length: > 0 } text ? text : null;
        }
        while (next is not null);
        return all;
    }
}
