using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>Finds the machines a request may mean.</summary>
internal sealed class MachineFinder(
    IResourceCache<VirtualMachine> machines, IResourceCache<VirtualMachineInstance> instances, OperatorOptions options)
{
    private static readonly ResourceIndex<VirtualMachine, MacAddress> ByMac = new(MacAddresses.Of);
    private static readonly ResourceIndex<VirtualMachineInstance, MacAddress> ByLiveMac = new(MacAddresses.Of);

    /// <summary>The machines the target names, in no order.</summary>
    public IReadOnlyList<Machine> Find(WakeRequest request)
    {
        var space = request.Metadata.Namespace!;
        if (request.Spec.Target.Name is { } name) return machines.Find(new(space, name)) is { } named ? [With(named)] : [];
        if (!MacAddress.TryParse(request.Spec.Target.MacAddress, null, out var address)) return [];

        var found = machines.FindBy(ByMac, address)
            .Concat(instances.FindBy(ByLiveMac, address).Select(i => machines.Find(ResourceKey.Of(i))).OfType<VirtualMachine>())
            .Where(m => options.ReachesAll(request) || m.Metadata.Namespace == space)
            .DistinctBy(m => ResourceKey.Of(m)) // not by value: the cache may bring a newer version between the two searches
            .Select(With)
            .ToList();
        // A machine on its way out gives way to the one that takes over its address.
        return found.Count > 1 && found.Any(m => m.State != MachineState.Terminating) ? [.. found.Where(m => m.State != MachineState.Terminating)] : found;
    }

    private Machine With(VirtualMachine machine) => new(machine, instances.Find(ResourceKey.Of(machine)));
}
