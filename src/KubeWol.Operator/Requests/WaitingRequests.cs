using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Operator.Requests;

/// <summary>Which unfinished requests have to look again when a machine changes: those that found it, and those that look for its name or one of its addresses.</summary>
internal static class WaitingRequests
{
    private static readonly ResourceIndex<WakeRequest, ResourceKey> ByMachine = new(Machines);
    private static readonly ResourceIndex<WakeRequest, MacAddress> ByMac = new(Addresses);

    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, VirtualMachine machine) =>
        Of(requests, machine, MacAddresses.Of(machine));

    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, VirtualMachineInstance instance) =>
        Of(requests, instance, MacAddresses.Of(instance));

    private static IEnumerable<ResourceKey> Of(IResourceCache<WakeRequest> requests, IResource machine, IEnumerable<MacAddress> addresses) =>
        requests.FindBy(ByMachine, ResourceKey.Of(machine))
            .Concat(addresses.SelectMany(address => requests.FindBy(ByMac, address)))
            .Select(r => ResourceKey.Of(r));

    private static IEnumerable<ResourceKey> Machines(WakeRequest request)
    {
        if (request.IsFinished()) yield break;
        if (request.Status?.VirtualMachine is { Name: { } found } machine) yield return new(machine.Namespace, found);
        else if (request.Spec.Target.Name is { } name) yield return new(request.Metadata.Namespace, name);
    }

    private static IEnumerable<MacAddress> Addresses(WakeRequest request) =>
        !request.IsFinished() && MacAddress.TryParse(request.Spec.Target.MacAddress, null, out var address) ? [address] : [];
}
