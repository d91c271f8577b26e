using System.Text;
using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.KubeVirt;

/// <summary>
/// Start, stop, pause and unpause: KubeVirt's subresources (pkg/virt-api/rest/lifecycle.go), the same calls that virtctl makes. A run strategy that
/// they would lose is kept: docs/design/run-strategies.md.
/// </summary>
internal sealed class PowerOperations(ClusterClient client, IResourceCache<VirtualMachine> machines)
{
    private const string Group = "subresources.kubevirt.io";

    public async Task StartAsync(Order order, CancellationToken cancellationToken)
    {
        var strategy = order.Machine.RunStrategy;
        if (strategy == RunStrategies.Halted)
        {
            strategy = RunStrategyRecord.AfterStart(order.Machine, order.Intent.StartAs);
            // KubeVirt's own start makes Halted Always; anything else has to be said.
            if (strategy != RunStrategies.Always || RunStrategyRecord.Of(order.Machine) is not null)
            {
                await PatchAsync(order, RunStrategyRecord.Restore(order.Machine, strategy), cancellationToken).ConfigureAwait(false);
                if (strategy != RunStrategies.Manual) return; // KubeVirt brings it up by itself
            }
        }

        await CallAsync("virtualmachines", order.Key, "start", null, cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(Order order, CancellationToken cancellationToken)
    {
        if (RunStrategyRecord.BeforeStop(order.Machine) is { } note) await PatchAsync(order, note, cancellationToken).ConfigureAwait(false);
        var body = order.Intent.GracePeriodSeconds is { } seconds ? new JsonObject { ["gracePeriod"] = seconds } : null;
        await CallAsync("virtualmachines", order.Key, "stop", body, cancellationToken).ConfigureAwait(false);
    }

    public Task PauseAsync(Order order, CancellationToken cancellationToken) =>
        CallAsync("virtualmachineinstances", order.Key, "pause", null, cancellationToken);

    public Task UnpauseAsync(Order order, CancellationToken cancellationToken) =>
        CallAsync("virtualmachineinstances", order.Key, "unpause", null, cancellationToken);

    private async Task CallAsync(string plural, ResourceKey key, string verb, JsonObject? body, CancellationToken cancellationToken) =>
        await client.SendAsync(HttpMethod.Put, ApiPath.Of(Group, "v1", plural, key.Namespace, key.Name, verb), Encode(body ?? []), null, cancellationToken)
            .ConfigureAwait(false);

    private async Task PatchAsync(Order order, JsonObject patch, CancellationToken cancellationToken) =>
        machines.Observe(await client.PatchAsync(VirtualMachine.Type, order.Key, Encode(patch), null, cancellationToken).ConfigureAwait(false));

    private static byte[] Encode(JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
