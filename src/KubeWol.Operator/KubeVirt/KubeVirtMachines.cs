using System.Net;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.KubeVirt;

/// <summary>Calls KubeVirt's subresources (pkg/virt-api/rest/lifecycle.go): the same calls that virtctl makes, with rights no wider than these.</summary>
internal sealed class KubeVirtMachines(ClusterClient client, IResourceCache<VirtualMachine> machines) : IMachineOperations
{
    private const string Group = "subresources.kubevirt.io";
    private static readonly ReadOnlyMemory<byte> Empty = "{}"u8.ToArray();

    public async Task<OperationOutcome> IssueAsync(WakeOperation operation, ResourceKey machine, CancellationToken cancellationToken)
    {
        var path = operation switch
        {
            WakeOperation.Start => ApiPath.Of(Group, "v1", "virtualmachines", machine.Namespace, machine.Name, "start"),
            WakeOperation.Unpause => ApiPath.Of(Group, "v1", "virtualmachineinstances", machine.Namespace, machine.Name, "unpause"),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "not an operation of KubeVirt"),
        };
        try
        {
            if (await OutdatedAsync(path, cancellationToken).ConfigureAwait(false) is not { } words) return new OperationOutcome.Accepted();
            if (await client.GetAsync(VirtualMachine.Type, machine, cancellationToken).ConfigureAwait(false) is { } fresh) machines.Observe(fresh);
            return new OperationOutcome.Outdated(words);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return new OperationOutcome.Forbidden(e.Message);
        }
        catch (ApiException e) when (e.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnprocessableEntity)
        {
            return new OperationOutcome.Refused(e.Message);
        }
        catch (ApiException e)
        {
            return new OperationOutcome.Unavailable(e.Message, e.RetryAfter);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            return new OperationOutcome.Unavailable(e.Message, null);
        }
    }

    /// <summary>Calls the subresource. KubeVirt's words if it found the machine in another state than we took it to be in; null if it agreed.</summary>
    private async Task<string?> OutdatedAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(HttpMethod.Put, path, Empty, null, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ApiException e) when (IsOutdated(e))
        {
            return e.Message;
        }
    }

    /// <summary>
    /// 404: it vanished. 409 "VM is already running" may mean about to stop. 500 with these words is a lost race between two starts
    /// (a JSON patch whose test failed), or a start while a crash loop holds the machine: no fault of the server.
    /// </summary>
    private static bool IsOutdated(ApiException e) => e.IsNotFound || e.IsConflict
        || (e.StatusCode == HttpStatusCode.InternalServerError
            && (e.Message.Contains("the server rejected our request due to an error in our request", StringComparison.Ordinal)
                || e.Message.Contains("stop/start already underway", StringComparison.Ordinal)));
}
