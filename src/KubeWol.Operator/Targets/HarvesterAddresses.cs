using KubeWol.Api.KubeVirt;
using KubeWol.Protocol;

namespace KubeWol.Operator.Targets;

/// <summary>
/// The addresses that Harvester keeps on a machine: an annotation with a JSON object, interface → address. Harvester writes it when the machine runs,
/// and gives the addresses to the same interfaces at the next start where the spec fixes none (harvester/harvester,
/// pkg/webhook/resources/virtualmachineinstance/mutator.go). So an entry counts for an interface of that name without an address alone.
/// </summary>
internal static class HarvesterAddresses
{
    public const string Annotation = "harvesterhci.io/mac-address";

    public static IEnumerable<MacAddress> Of(VirtualMachine machine)
    {
        var noted = AnnotationMap.Read(machine, Annotation);
        if (noted.Count == 0) return [];
        var unfixed = MacAddresses.Unfixed(machine);
        return MacAddresses.Parse(noted.Where(n => unfixed.Contains(n.Key)).Select(n => n.Value));
    }
}
