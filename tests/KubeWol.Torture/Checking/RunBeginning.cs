using System.Text.Json;
using KubeWol.Protocol;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>What was there before the first message.</summary>
internal static class RunBeginning
{
    /// <summary>The addresses of the machines that were there, and that nobody may delete.</summary>
    public static IReadOnlySet<MacAddress> Machines(RunJournals journals)
    {
        var there = new Dictionary<string, JsonElement>();
        foreach (var version in journals.Store.Where(v => v.Resource == "virtualmachines" && v.Revision <= journals.Beginning))
        {
            if (version.Object is { } machine) there[version.Name] = machine;
            else there.Remove(version.Name);
        }

        return there.Values.Select(MachineStory.AddressOf).OfType<MacAddress>().ToHashSet();
    }
}
