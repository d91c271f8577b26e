using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.KubeVirt;

/// <summary>Creates and cancels live migrations.</summary>
internal sealed class MigrationOperations(ClusterClient client, IResourceCache<Migration> migrations)
{
    /// <summary>The name of the migration that a request creates: the same each time, so that a request never creates two.</summary>
    public static string NameOf(WakeRequest request) => $"kubewol-{request.Metadata.Uid}";

    public async Task CreateAsync(Order order, CancellationToken cancellationToken)
    {
        var migration = new Migration
        {
            Metadata = new()
            {
                Namespace = order.Key.Namespace,
                Name = NameOf(order.Request),
                Labels = new Dictionary<string, string> { [InstanceMarks.ManagedByLabel] = InstanceMarks.ManagedBy },
            },
            Spec = new() { VmiName = order.Key.Name, AddedNodeSelector = order.Intent.NodeSelector.Count > 0 ? order.Intent.NodeSelector : null },
        };
        try
        {
            migrations.Observe(await client.CreateAsync(Migration.Type, migration, cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException e) when (e is { IsConflict: true, Reason: "AlreadyExists" })
        {
            // Created before, by this very request.
        }
    }

    /// <summary>The migration that a request has created, as the API server has it at this moment; null when there is none. A list, for which no right of its own is needed.</summary>
    public async Task<Migration?> ReadAsync(WakeRequest request, string? @namespace, CancellationToken cancellationToken)
    {
        var path = $"{Migration.Type.Path(@namespace)}?fieldSelector={Uri.EscapeDataString($"metadata.name={NameOf(request)}")}";
        var answer = await client.SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false);
        using var list = JsonDocument.Parse(answer);
        return list.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Deserialize(ApiJson.Default.Migration)).FirstOrDefault();
    }

    /// <summary>Deleting it is how KubeVirt is told to abort. What the watch does not show may be there all the same; where it has gone, nothing is left to do.</summary>
    public async Task CancelAsync(Order order, CancellationToken cancellationToken)
    {
        var key = new ResourceKey(order.Key.Namespace, NameOf(order.Request));
        var found = migrations.Find(key) ?? await ReadAsync(order.Request, key.Namespace, cancellationToken).ConfigureAwait(false);
        if (found?.Metadata.Uid is { } uid) await client.DeleteAsync(Migration.Type, key, uid, cancellationToken).ConfigureAwait(false);
    }
}
