using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.KubeVirt;

/// <summary>Does to KubeVirt's machines what an order says.</summary>
internal sealed class KubeVirtMachines(
    ClusterClient client, IResourceCache<VirtualMachine> machines, PowerOperations power, MigrationOperations migrations, PlacementOperations placements,
    InstantiateOperations instances)
    : IMachineOperations
{
    public async Task<OperationOutcome> IssueAsync(Order order, CancellationToken cancellationToken)
    {
        if (order is { IsRepetition: true, Target: not null } && await ChangedAsync(order, cancellationToken).ConfigureAwait(false) is { } changed) return changed;
        try
        {
            if (order.Operation == WakeOperation.Create) return await instances.CreateAsync(order, cancellationToken).ConfigureAwait(false);
            await DoAsync(order, cancellationToken).ConfigureAwait(false);
            return new OperationOutcome.Accepted();
        }
        catch (ApiException e)
        {
            var outcome = KubeVirtAnswers.Read(e, order.Operation);
            if (outcome is OperationOutcome.Outdated && order.Target is not null) await RefreshAsync(order, cancellationToken).ConfigureAwait(false);
            return outcome;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            return KubeVirtAnswers.Read(e);
        }
    }

    /// <summary>
    /// What was asked for before may have been done although nobody said so, and undone by somebody since. It is asked for again on a reading of this
    /// moment only; null where that is what was decided on.
    /// </summary>
    private async Task<OperationOutcome?> ChangedAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            var fresh = await client.GetAsync(VirtualMachine.Type, order.Key, cancellationToken).ConfigureAwait(false);
            if (fresh?.Metadata.ResourceVersion == order.Machine.Object.Metadata.ResourceVersion) return null;
            if (fresh is not null) machines.Observe(fresh);
            return new OperationOutcome.Outdated($"{order.Key} has changed meanwhile");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            return new OperationOutcome.Unavailable(e.Message, (e as ApiException)?.RetryAfter);
        }
    }

    private Task DoAsync(Order order, CancellationToken cancellationToken) => order.Operation switch
    {
        WakeOperation.Start => power.StartAsync(order, cancellationToken),
        WakeOperation.Stop => power.StopAsync(order, cancellationToken),
        WakeOperation.Pause => power.PauseAsync(order, cancellationToken),
        WakeOperation.Unpause => power.UnpauseAsync(order, cancellationToken),
        WakeOperation.LiveMigrate => migrations.CreateAsync(order, cancellationToken),
        WakeOperation.CancelMigration => migrations.CancelAsync(order, cancellationToken),
        WakeOperation.CancelCreation => instances.CancelAsync(order, cancellationToken),
        WakeOperation.Place => placements.ApplyAsync(order, cancellationToken),
        WakeOperation.Delete => client.DeleteAsync(VirtualMachine.Type, order.Key, order.Machine.Object.Metadata.Uid!, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(order), order.Operation, "not an operation of KubeVirt"),
    };

    /// <summary>The watch is behind: the machine is read, so that the next decision sees it as it is.</summary>
    private async Task RefreshAsync(Order order, CancellationToken cancellationToken)
    {
        try
        {
            if (await client.GetAsync(VirtualMachine.Type, order.Key, cancellationToken).ConfigureAwait(false) is { } fresh) machines.Observe(fresh);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            // Then the watch brings it.
        }
    }
}
