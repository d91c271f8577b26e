using System.Net;
using System.Text;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Targets;
using Microsoft.Extensions.Logging;

namespace KubeWol.Operator.Ledger;

/// <summary>Notes on machines without a fixed address which they had, so that they can be called while they are off: docs/design/mac-ledger.md.</summary>
internal sealed class MacLedgerReconciler(
    IResourceCache<VirtualMachine> machines,
    IResourceCache<VirtualMachineInstance> instances,
    MacIndex index,
    ClusterClient client,
    OperatorOptions options,
    TimeProvider time,
    ILogger<MacLedgerReconciler> logger) : IReconciler
{
    /// <summary>How long a right that is missing is not asked for again.</summary>
    public static readonly TimeSpan DeniedPause = TimeSpan.FromMinutes(5);

    /// <summary>The machines to look at when one changes: itself, and those on which an address is noted that it has now.</summary>
    public static IEnumerable<ResourceKey> For(MacIndex index, VirtualMachine machine) =>
        MacAddresses.Of(machine).SelectMany(index.Remembering).Concat(MacLedger.Concerns(machine) ? [ResourceKey.Of(machine)] : []);

    /// <summary>The machines to look at when an instance changes. One that is not known yet brings itself when it comes.</summary>
    public static IEnumerable<ResourceKey> For(MacIndex index, IResourceCache<VirtualMachine> machines, VirtualMachineInstance instance) =>
        MacAddresses.Of(instance).SelectMany(index.Remembering)
            .Concat(machines.Find(ResourceKey.Of(instance)) is { } machine && MacLedger.Concerns(machine) ? [ResourceKey.Of(instance)] : []);

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (machines.Find(key) is not { Metadata.DeletionTimestamp: null } machine) return Requeue.Never;
        var page = MacLedger.Next(
            new(machine, instances.Find(key)), address => index.IsElsewhere(address, key), options.RememberMacsFor, time.GetUtcNow());
        if (page.Text != LastSeenAddresses.TextOf(machine) && !await WriteAsync(machine, page.Text, cancellationToken).ConfigureAwait(false)) return Requeue.After(DeniedPause);
        return page.Look is { } look ? Requeue.After(look) : Requeue.Never;
    }

    /// <summary>False when the right to do so is missing.</summary>
    private async Task<bool> WriteAsync(VirtualMachine machine, string? text, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(machine);
        try
        {
            var patch = Encoding.UTF8.GetBytes(LastSeenAddresses.Patch(machine, text).ToJsonString());
            machines.Observe(await client.PatchAsync(VirtualMachine.Type, key, patch, null, cancellationToken).ConfigureAwait(false));
            logger.Remembered(key, text);
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            // Deleted meanwhile; the watch is about to say so.
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            // A server that has just started denies everything to everybody, until it has read who may do what.
            logger.NotRemembered(key, DeniedPause, e.Message);
            return false;
        }
        catch (ApiException e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity)
        {
            throw new TerminalException($"the addresses of {key} cannot be noted on it: {e.Message}", e);
        }

        return true;
    }
}
