using KubeWol.Agent.Delivery;
using KubeWol.Agent.Intake;
using KubeWol.Api;
using KubeWol.Api.Index;
using KubeWol.ControllerRuntime;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Index;

/// <summary>
/// Takes over what the operator publishes about addresses. What was known once stays known: a ConfigMap that is deleted or damaged says nothing about
/// machines, and the operator is about to put it right.
/// </summary>
internal sealed class IndexReader(IResourceCache<ConfigMap> maps, KnownAddresses known, FrameIntake intake, Spool spool, AgentMetrics metrics, ILogger<IndexReader> logger) : IReconciler
{
    private bool _wasComplete;

    public Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (maps.Find(key) is { } map && Read(key, map))
        {
            var isComplete = known.IsComplete;
            metrics.Listening(known.Count, isComplete);
            if (isComplete && !_wasComplete) logger.IndexKnown(known.Count, known.Ranges);
            _wasComplete = isComplete;
            intake.LookAgain();
        }

        return Task.FromResult(Requeue.Never);
    }

    /// <summary>Whether it says anything about addresses.</summary>
    private bool Read(ResourceKey key, ConfigMap map)
    {
        if (AddressShards.Of(key.Name) is not { } shard)
        {
            var config = AgentConfig.Of(map);
            if (config.SealingKey is { } sealing) spool.Remember(sealing);
            if (config.Claimed is not { } claimed) return false;
            known.Learn(claimed);
            return true;
        }

        if (AddressShard.Decode(shard, map.BinaryData?.GetValueOrDefault(AddressShards.Entry)) is not { } addresses)
        {
            logger.BadIndex(key);
            return false;
        }

        known.Learn(shard, addresses);
        return true;
    }
}
