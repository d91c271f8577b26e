using System.Net.Http.Headers;
using System.Text;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.KubeVirt;

/// <summary>
/// Gives a machine that is off a preference for the node of its next start, by server-side apply under a field manager of its own: what others manage
/// stays theirs (a field both want is a conflict, not a fight), and applying nothing takes all of it back. See docs/design/moving.md.
/// </summary>
internal sealed class PlacementOperations(ClusterClient client)
{
    private const string FieldManager = "kubewol-placement";
    private static readonly MediaTypeHeaderValue Apply = new("application/apply-patch+yaml");

    public Task ApplyAsync(Order order, CancellationToken cancellationToken) => client.SendAsync(
        HttpMethod.Patch,
        $"{VirtualMachine.Type.Path(order.Key)}?fieldManager={FieldManager}",
        Encoding.UTF8.GetBytes(Placement.Document(order.Machine.Object, order.Intent.NodeSelector).ToJsonString()),
        Apply,
        cancellationToken);
}
