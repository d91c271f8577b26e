using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>
/// Reads the journals of a run and says which promises were broken. It knows nothing of agents and operators but what they wrote into the cluster, and trusts none of
/// it alone: what a request says is held against what the machines did, and both against what was sent.
/// </summary>
internal static class Checker
{
    /// <summary>The judgement of a run that has come to rest.</summary>
    public static Verdict Judge(RunJournals journals)
    {
        var requests = RequestStory.Read(journals.Store, journals.Beginning);
        var machines = MachineStory.Read(journals.Store, journals.Calls, journals.Beginning);
        var deeds = DeedCheck.Judge(requests, machines, journals);
        var verdict = MessageCheck.Judge(requests, deeds.Doers, journals);
        return verdict with
        {
            Deeds = machines.Deeds.GroupBy(d => d.Kind).ToDictionary(g => g.Key, g => g.Count()),
            Violations = [.. verdict.Violations, .. deeds.Violations, .. EndCheck.Judge(requests, journals), .. LastWordCheck.Judge(requests, machines, journals)],
        };
    }
}
