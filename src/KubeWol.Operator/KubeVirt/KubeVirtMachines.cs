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
            return new OperationOutcome.Unavailable(e.Message, null);
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
