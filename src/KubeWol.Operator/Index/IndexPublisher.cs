using System.Globalization;
using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Index;

/// <summary>
/// Keeps the ConfigMaps that tell agents the addresses of all machines as they should be. Only the leader does, and only once it has seen all
/// machines; what is there as it should be is not written, so that a restart costs agents nothing.
/// </summary>
internal sealed class IndexPublisher : IReconciler
{
    /// <summary>What an API server takes, with room for the rest of the object; of addresses with nothing in common about 180,000 in a shard.</summary>
    private const int MostOctets = 1_000_000;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly MachineAddressSet _addresses;
    private readonly PublishPace _pace;
    private readonly IResourceCache<ConfigMap> _maps;
    private readonly ClusterClient _client;
    private readonly OperatorMetrics _metrics;
    private readonly ILogger<IndexPublisher> _logger;
    private readonly TimeProvider _time;
    private readonly int[] _octets = new int[AddressShards.Count];
    private long _began = long.MaxValue;

    public IndexPublisher(
        MachineAddressSet addresses, PublishPace pace, IResourceCache<ConfigMap> maps, ClusterClient client, OperatorMetrics metrics, TimeProvider time, ILogger<IndexPublisher> logger)
    {
        (_addresses, _pace, _maps, _client, _metrics, _time, _logger) = (addresses, pace, maps, client, metrics, time, logger);
        metrics.ReadIndexWith(() => (addresses.Count, _octets.Sum(), _began == long.MaxValue ? TimeSpan.Zero : addresses.Lag(_began)));
    }

    /// <summary>The key of a shard's ConfigMap.</summary>
    public static ResourceKey KeyOf(int shard, OperatorOptions options) => new(options.Namespace, AddressShards.Names[shard]);

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (AddressShards.Of(key.Name) is not { } shard) return Requeue.Never;
        Interlocked.CompareExchange(ref _began, _time.GetTimestamp(), long.MaxValue);
        // Before the addresses are gathered: under churn each change brings the shard here.
        if (_pace.Resting(shard) is { Ticks: > 0 } rest) return Requeue.After(rest);

        var (addresses, state) = _addresses.Read(shard);
        var octets = AddressShard.Encode(shard, addresses);
        if (octets.Length > MostOctets) throw new TerminalException($"the {addresses.Length} addresses of shard {shard} have no room in a ConfigMap");
        var wanted = Wanted(shard, addresses.Length, octets);
        var map = _maps.Find(key);
        if (map is null || !Says(map, wanted))
        {
            if (_pace.Turn(shard) is { Ticks: > 0 } turn) return Requeue.After(turn);
            if (!await WrittenAsync(key, map is not null, wanted, cancellationToken).ConfigureAwait(false)) return Requeue.After(Soon);
            _metrics.IndexWritten();
            _logger.IndexWritten(key, addresses.Length, octets.Length);
        }

        _octets[shard] = octets.Length;
        _addresses.Published(shard, state);
        return Requeue.Never;
    }

    /// <summary>False where somebody else has made it and the watch has not told yet.</summary>
    private async Task<bool> WrittenAsync(ResourceKey key, bool isThere, ShardPatch wanted, CancellationToken cancellationToken)
    {
        if (isThere)
        {
            var patch = JsonSerializer.SerializeToUtf8Bytes(wanted, OperatorJson.Default.ShardPatch);
            _maps.Observe(await _client.PatchAsync(ConfigMap.Type, key, patch, null, cancellationToken).ConfigureAwait(false));
            return true;
        }

        try
        {
            await _client.CreateAsync(ConfigMap.Type, new()
            {
                Metadata = new() { Namespace = key.Namespace, Name = key.Name, Labels = wanted.Metadata.Labels },
                Data = wanted.Data,
                BinaryData = wanted.BinaryData,
            }, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    private static ShardPatch Wanted(int shard, int count, byte[] octets) => new(
        new(new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "kubewol-operator", [AddressShards.Label] = shard.ToString("x2", CultureInfo.InvariantCulture) }),
        new Dictionary<string, string> { [AddressShards.CountEntry] = count.ToString(CultureInfo.InvariantCulture) },
        new Dictionary<string, byte[]> { [AddressShards.Entry] = octets });

    /// <summary>Whether it says all that is wanted; what somebody else has added is no business of ours.</summary>
    private static bool Says(ConfigMap map, ShardPatch wanted) =>
        wanted.Metadata.Labels.All(l => map.Metadata.Labels?.GetValueOrDefault(l.Key) == l.Value)
        && wanted.Data.All(e => map.Data?.GetValueOrDefault(e.Key) == e.Value)
        && wanted.BinaryData.All(e => map.BinaryData?.GetValueOrDefault(e.Key) is { } there && there.AsSpan().SequenceEqual(e.Value));
}

/// <summary>A JSON merge patch of a shard's ConfigMap.</summary>
internal sealed record ShardPatch(ShardPatchMetadata Metadata, IReadOnlyDictionary<string, string> Data, IReadOnlyDictionary<string, byte[]> BinaryData);

/// <summary>The metadata in it.</summary>
internal sealed record ShardPatchMetadata(IReadOnlyDictionary<string, string> Labels);
