using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Operator.Requests;

/// <summary>Which unfinished requests have to do with a machine: those that found it, and those that look for its name or one of its addresses.</summary>
internal static class WaitingRequests
{
    private static readonly ResourceIndex<WakeRequest, ResourceKey> ByMachine = new(Machines);
    private static readonly ResourceIndex<WakeRequest, MacAddress> ByMac = new(Addresses);
    private static readonly ResourceIndex<WakeRequest, WakeAction> ByAction = new(Actions);

    /// <summary>The requests that look again when a machine changes.</summary>
    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, VirtualMachine machine) =>
        About(requests, ResourceKey.Of(machine), MacAddresses.Noted(machine)).Select(r => ResourceKey.Of(r));

    /// <summary>The requests that look again when an instance changes.</summary>
    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, VirtualMachineInstance instance) =>
        About(requests, ResourceKey.Of(instance), MacAddresses.Of(instance)).Select(r => ResourceKey.Of(r));

    /// <summary>The requests that look again when a migration changes: those that have to do with its machine.</summary>
    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, Migration migration) =>
        migration.Spec.VmiName is { } name ? About(requests, new(migration.Metadata.Namespace, name), []).Select(r => ResourceKey.Of(r)) : [];

    /// <summary>The requests that look again when a request changes: those that wait for it, or give way to it.</summary>
    public static IEnumerable<ResourceKey> For(IResourceCache<WakeRequest> requests, WakeRequest request) =>
        MachineOf(request).SelectMany(machine => About(requests, machine, AddressesOf(request)))
            .Concat(AddressesOf(request).SelectMany(address => requests.FindBy(ByMac, address)))
            .Where(r => r.Metadata.Uid != request.Metadata.Uid)
            .Select(r => ResourceKey.Of(r));

    /// <summary>The requests that look again when a node changes.</summary>
    public static IEnumerable<ResourceKey> ToMove(IResourceCache<WakeRequest> requests) => requests.FindBy(ByAction, WakeAction.Move).Select(r => ResourceKey.Of(r));

    /// <summary>The requests that have to do with the machine of this name and these addresses.</summary>
    public static IEnumerable<WakeRequest> About(IResourceCache<WakeRequest> requests, ResourceKey machine, IEnumerable<MacAddress> addresses) =>
        requests.FindBy(ByMachine, machine)
            .Concat(addresses.SelectMany(address => requests.FindBy(ByMac, address)))
            .DistinctBy(r => ResourceKey.Of(r));

    private static IEnumerable<ResourceKey> Machines(WakeRequest request) => request.IsFinished() ? [] : MachineOf(request);

    private static IEnumerable<MacAddress> Addresses(WakeRequest request) => request.IsFinished() ? [] : AddressesOf(request);

    private static IEnumerable<WakeAction> Actions(WakeRequest request) =>
        !request.IsFinished() && (request.Spec.Action ?? request.Status?.Action) is { } action ? [action] : [];

    private static IEnumerable<ResourceKey> MachineOf(WakeRequest request)
    {
        if (request.Status?.VirtualMachine is { Name: { } found } machine) yield return new(machine.Namespace, found);
        else if (request.Spec.Target.Name is { } name) yield return new(request.Metadata.Namespace, name);
    }

    /// <summary>The address in both directions, where a frame may mean either.</summary>
    private static IEnumerable<MacAddress> AddressesOf(WakeRequest request) =>
        !MacAddress.TryParse(request.Spec.Target.MacAddress, null, out var address) ? []
        : request.Spec is { Frame: not null, Action: null } && address != address.Reversed ? [address, address.Reversed]
        : [address];
}
