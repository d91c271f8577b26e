using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>Which machines claim an address, and how well: an address that a machine has goes before one that is noted on another.</summary>
internal sealed class MacIndex(
    IResourceCache<VirtualMachine> machines, IResourceCache<VirtualMachineInstance> instances, OperatorOptions options, TimeProvider time)
{
    private static readonly ResourceIndex<VirtualMachine, MacAddress> BySpec = new(MacAddresses.Of);
    private static readonly ResourceIndex<VirtualMachineInstance, MacAddress> ByLive = new(MacAddresses.Of);
    private static readonly ResourceIndex<VirtualMachine, MacAddress> ByHarvester = new(HarvesterAddresses.Of);
    private static readonly ResourceIndex<VirtualMachine, MacAddress> ByLastSeen = new(m => LastSeenAddresses.Of(m).Select(s => s.Address));

    /// <summary>Those that claim the address, in groups of equal strength, the strongest first. A machine may stand in a group twice.</summary>
    public IEnumerable<IEnumerable<VirtualMachine>> ByStrength(MacAddress address)
    {
        yield return Having(address);
        yield return machines.FindBy(ByHarvester, address);
        var now = time.GetUtcNow();
        yield return machines.FindBy(ByLastSeen, address)
            .Where(m => LastSeenAddresses.Of(m).Any(s => s.Address == address && s.Counts(options.RememberMacsFor, now)));
    }

    /// <summary>Whether another machine than this one has the address, in its spec or live.</summary>
    public bool IsElsewhere(MacAddress address, ResourceKey machine) => Having(address).Any(m => ResourceKey.Of(m) != machine);

    /// <summary>The machines on which the address is noted as last seen.</summary>
    public IEnumerable<ResourceKey> Remembering(MacAddress address) => machines.FindBy(ByLastSeen, address).Select(m => ResourceKey.Of(m));

    private IEnumerable<VirtualMachine> Having(MacAddress address) => machines.FindBy(BySpec, address)
        .Concat(instances.FindBy(ByLive, address).Select(i => machines.Find(ResourceKey.Of(i))).OfType<VirtualMachine>());
}
