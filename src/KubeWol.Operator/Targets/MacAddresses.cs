using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>The MAC addresses of machines. KubeVirt stores an address as its author spelt it, so each is parsed; one that is none is no address.</summary>
internal static class MacAddresses
{
    /// <summary>The addresses a machine fixes for itself.</summary>
    public static IEnumerable<MacAddress> Of(VirtualMachine machine) =>
        Parse(machine.Spec?.Template?.Spec?.Domain?.Devices?.Interfaces?.Select(i => i.MacAddress));

    /// <summary>The addresses an instance really has.</summary>
    public static IEnumerable<MacAddress> Of(VirtualMachineInstance instance) => Parse(instance.Status?.Interfaces?.Select(i => i.Mac));

    private static IEnumerable<MacAddress> Parse(IEnumerable<string?>? spellings)
    {
        foreach (var spelling in spellings ?? [])
        {
            if (MacAddress.TryParse(spelling, null, out var address)) yield return address;
        }
    }
}
