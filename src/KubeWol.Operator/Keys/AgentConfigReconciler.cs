using System.Globalization;
using System.Text;
using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;
using KubeWol.Proofs.SecureOn;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Keys;

/// <summary>Keeps the ConfigMap that agents read as it should be, and makes the operator's key where there is none. Only the leader does.</summary>
internal sealed class AgentConfigReconciler(
    IResourceCache<OperatorKeySecret> secrets, IResourceCache<ConfigMap> maps, IResourceCache<WakePolicy> policies,
    IResourceCache<WakeTemplate> templates, ReadyAgents agents, SealingKeys keys,
    ClusterClient client, OperatorOptions options, TimeProvider time, ILogger<AgentConfigReconciler> logger) : IReconciler
{
    /// <summary>Names of nodes, and of interfaces, that agents are told at the most: a ConfigMap holds one MiB.</summary>
    public const int MostNames = 1_024;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly Dictionary<string, string> Labels = new() { ["app.kubernetes.io/managed-by"] = "kubewol-operator" };

    private bool _isCrowded;

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        // Once it is there the watch brings the key again, and with it the public half.
        if (secrets.Find(OperatorKeySecret.KeyIn(options.Namespace)) is null && !await MadeKeyAsync(cancellationToken).ConfigureAwait(false)) return Requeue.After(Soon);

        var wanted = new AgentConfig(keys.PublicKey, Distinguish(), TemplateClaims.Merged(templates.All)) { Ready = agents.Nodes }.ToData();
        var map = maps.Find(AgentConfig.KeyIn(options.Namespace));
        if (map is null) return await CreatedAsync(wanted, cancellationToken).ConfigureAwait(false) ? Requeue.Never : Requeue.After(Soon);
        var stale = wanted.Where(e => map.Data?.GetValueOrDefault(e.Key) != e.Value).Select(e => e.Key).ToList();
        if (stale.Count > 0)
        {
            // Every agent reads every version: agents that come and go, as in an update of all of them, are told of in batches.
            if (stale is [AgentConfig.ReadyEntry] && agents.Wait is { Ticks: > 0 } wait) return Requeue.After(wait);
            agents.Told();
            var patch = JsonSerializer.SerializeToUtf8Bytes(new(wanted), OperatorJson.Default.ConfigMapPatch);
            maps.Observe(await client.PatchAsync(ConfigMap.Type, ResourceKey.Of(map), patch, null, cancellationToken).ConfigureAwait(false));
        }

        return Requeue.Never;
    }

    /// <summary>False where somebody was quicker and the watch has not told yet.</summary>
    private async Task<bool> MadeKeyAsync(CancellationToken cancellationToken)
    {
        using var made = OpeningKey.Create();
        var secret = new OperatorKeySecret
        {
            Metadata = new() { Namespace = options.Namespace, Name = OperatorKeySecret.Name, Labels = Labels },
            Data = new Dictionary<string, byte[]> { [$"{time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}.pem"] = Encoding.ASCII.GetBytes(made.ExportPem()) },
        };
        try
        {
            await client.CreateAsync(OperatorKeySecret.Type, secret, cancellationToken).ConfigureAwait(false);
            logger.KeyMade(made.Id, ResourceKey.Of(secret));
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    /// <summary>False where somebody was quicker and the watch has not told yet.</summary>
    private async Task<bool> CreatedAsync(IReadOnlyDictionary<string, string?> data, CancellationToken cancellationToken)
    {
        var map = new ConfigMap
        {
            Metadata = new() { Namespace = options.Namespace, Name = AgentConfig.Name, Labels = Labels },
            Data = data.Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!),
        };
        try
        {
            await client.CreateAsync(ConfigMap.Type, map, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    private Distinguished Distinguish()
    {
        var nodes = Fairly(o => o.Nodes);
        var interfaces = Fairly(o => o.Interfaces);
        var isCrowded = nodes.Count > MostNames || interfaces.Count > MostNames;
        if (isCrowded && !_isCrowded) logger.TooManyOrigins(MostNames);
        _isCrowded = isCrowded;
        return new(Sorted(nodes), Sorted(interfaces));

        static IReadOnlyList<string> Sorted(IEnumerable<string> names) => [.. names.Take(MostNames).Order(StringComparer.Ordinal)];
    }

    /// <summary>One name of each namespace in turn: a tenant who names thousands keeps nobody else's out.</summary>
    private List<string> Fairly(Func<FrameOrigin, IReadOnlyList<string>?> names) =>
    [
        .. policies.All.GroupBy(p => p.Metadata.Namespace)
            .SelectMany(g => g.SelectMany(p => p.Spec.From ?? []).SelectMany(o => names(o) ?? []).Distinct().Order(StringComparer.Ordinal).Take(MostNames + 1).Index())
            .OrderBy(n => n.Index).ThenBy(n => n.Item, StringComparer.Ordinal).Select(n => n.Item).Distinct().Take(MostNames + 1),
    ];
}

/// <summary>A JSON merge patch of a ConfigMap: an entry that is null goes, one that is not named stays.</summary>
internal sealed record ConfigMapPatch(IReadOnlyDictionary<string, string?> Data);
