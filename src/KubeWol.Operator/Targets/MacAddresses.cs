using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>The MAC addresses of machines. KubeVirt stores an address as its author spelt it, so each is parsed; one that is none is no address.</summary>
internal static class MacAddresses
{
    /// <summary>What KubeVirt calls the interface of a machine whose spec has none (DefaultPodNetwork, api/core/v1/types.go).</summary>
    private static readonly string[] AutoAttached = ["default"];

    /// <summary>The addresses a machine fixes for itself.</summary>
    public static IEnumerable<MacAddress> Of(VirtualMachine machine) => Parse(Interfaces(machine).Select(i => i.MacAddress));

    /// <summary>
    /// The addresses an instance really has; one that has ended has none, its pod's may be another's by now. What a guest makes for itself (bridges, containers) and its agent reports has no name and does not count:
    /// a guest could otherwise claim the address of another machine.
    /// </summary>
    public static IEnumerable<MacAddress> Of(VirtualMachineInstance instance) => HasEnded(instance) ? []
        : Parse(instance.Status?.Interfaces?.Where(i => i.Name is { Length: > 0 }).Select(i => i.Mac));

    /// <summary>The addresses an instance has, or had while it ran, that its machine does not fix: the next start brings others.</summary>
    public static IEnumerable<MacAddress> Unfixed(VirtualMachine machine, VirtualMachineInstance instance)
    {
        // Before the guest runs, KubeVirt may still show the pod's address, and correct it.
        if (instance.Status?.Phase != "Running" && !HasEnded(instance)) return [];
        var unfixed = Unfixed(machine);
        return unfixed.Count == 0 ? [] : Parse(instance.Status?.Interfaces?.Where(i => i.Name is { } name && unfixed.Contains(name)).Select(i => i.Mac));
    }

    /// <summary>The names of the interfaces whose address the machine does not fix.</summary>
    public static IReadOnlyCollection<string> Unfixed(VirtualMachine machine) => Interfaces(machine) is not { Count: > 0 } interfaces
        ? AutoAttached
        : [.. interfaces.Select(i => i.Name).OfType<string>()];

    /// <summary>Every address that has to do with the machine: those it fixes, and those that are noted on it, whatever the notes are worth.</summary>
    public static IEnumerable<MacAddress> Noted(VirtualMachine machine) =>
        Of(machine).Concat(HarvesterAddresses.Of(machine)).Concat(LastSeenAddresses.Of(machine).Select(s => s.Address));

    /// <summary>Those of the spellings that are addresses.</summary>
    public static IEnumerable<MacAddress> Parse(IEnumerable<string?>? spellings)
    {
        foreach (var spelling in spellings ?? [])
        {
            if (MacAddress.TryParse(spelling, null, out var address)) yield return address;
        }
    }

    private static bool HasEnded(VirtualMachineInstance instance) => instance.Status?.Phase is "Succeeded" or "Failed";

    private static IReadOnlyList<InstanceInterface> Interfaces(VirtualMachine machine) => machine.Spec?.Template?.Spec?.Domain?.Devices?.Interfaces ?? [];
}
