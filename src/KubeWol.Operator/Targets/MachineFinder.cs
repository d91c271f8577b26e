using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Policies;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>Finds the machines a request may mean.</summary>
internal sealed class MachineFinder(
    IResourceCache<VirtualMachine> machines, IResourceCache<VirtualMachineInstance> instances, MacIndex index, PolicyBook policies, OperatorOptions options)
{
    /// <summary>The machines the target names.</summary>
    public Target Find(WakeRequest request)
    {
        // What was done once is followed up on that machine alone: a machine that sleeps may have no address any more, or somebody else has it.
        if (request.Status?.Operation is not (null or WakeOperation.None) && request.Status.VirtualMachine is not null) return Met(request);

        if (request.Spec.Target.Name is { } name)
        {
            return new(machines.Find(new(request.Metadata.Namespace, name)) is { } named ? [With(named)] : [], false);
        }

        if (!MacAddress.TryParse(request.Spec.Target.MacAddress, null, out var address)) return new([], false);
        if (Having(address, request) is { Count: > 0 } forwards) return new(forwards, false);
        // An address that stands backwards calls a machine only where a policy takes it for something.
        if (IsReversible(request) && Having(address.Reversed, request) is { Count: > 0 } backwards && backwards.TrueForAll(policies.HearsReversed)) return new(backwards, true);
        return Met(request); // what it waits for may have cost the machine its address: one that is not fixed goes with the instance
    }

    /// <summary>The machine that the request has met, if it is still there. A status may be forged by whoever may write it, and gives no reach.</summary>
    private Target Met(WakeRequest request)
    {
        var same = request.Status?.VirtualMachine is { Name: { } name } known && options.Reaches(request, known.Namespace)
            && machines.Find(new(known.Namespace, name)) is { } found && (known.Uid ?? found.Metadata.Uid) == found.Metadata.Uid ? found : null;
        return new(same is null ? [] : [With(same)], false, IsMet: true);
    }

    private static bool IsReversible(WakeRequest request) => request.Spec is { Frame: not null, Action: null };

    /// <summary>The machines with the best claim to the address among those the request reaches: nobody's claim elsewhere disturbs a tenant's request.</summary>
    private List<Machine> Having(MacAddress address, WakeRequest request)
    {
        foreach (var claims in index.ByStrength(address))
        {
            var found = claims
                .Where(m => options.Reaches(request, m.Metadata.Namespace))
                .DistinctBy(m => ResourceKey.Of(m)) // not by value: the cache may bring a newer version between two searches
                .Select(With)
                .ToList();
            if (found.Count == 0) continue;
            // A machine on its way out gives way to the one that takes over its address.
            return found.Count > 1 && found.Any(m => m.State != MachineState.Terminating) ? [.. found.Where(m => m.State != MachineState.Terminating)] : found;
        }

        return [];
    }

    private Machine With(VirtualMachine machine) => new(machine, instances.Find(ResourceKey.Of(machine)));
}

/// <summary>What a target turned out to be.</summary>
/// <param name="Found">The machines it names, in no order.</param>
/// <param name="IsReversed">Whether their address stands backwards in the request.</param>
/// <param name="IsMet">Whether they were found by what the request has done or met before, not by the target.</param>
internal sealed record Target(IReadOnlyList<Machine> Found, bool IsReversed, bool IsMet = false);
