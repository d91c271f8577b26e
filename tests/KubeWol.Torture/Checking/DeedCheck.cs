using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>Nothing happens to a machine but what a living request asks for, each thing once; and what a request says it did has happened.</summary>
internal static class DeedCheck
{
    /// <returns>The requests that did something, and what is wrong.</returns>
    public static (IReadOnlySet<RequestStory> Doers, IReadOnlyList<Violation> Violations) Judge(IReadOnlyList<RequestStory> requests, MachineStory machines, RunJournals journals)
    {
        var violations = new List<Violation>();
        var done = new HashSet<(RequestStory Request, DeedKind Kind)>();
        var byMachine = requests.Where(r => r.Machine is not null).ToLookup(r => r.Machine!);
        foreach (var deed in machines.Deeds)
        {
            var candidates = byMachine[deed.Machine].Where(r => deed.IsOf(r.Verb) && r.IsAliveAt(deed.Revision) && IsNamedBy(r, deed)).ToList();
            // Those that say they did it first, then the one that ends first: others may still have theirs to come.
            var doer = candidates.Where(r => !done.Contains((r, deed.Kind))).OrderByDescending(r => deed.IsClaimedBy(r.Status.Reason)).ThenBy(r => r.Ended).FirstOrDefault();
            if (doer is not null) done.Add((doer, deed.Kind));
            else if (candidates is [var again, ..]) violations.Add(new(Breach.Duplicated, $"{deed} is the second time for {again}"));
            else violations.Add(new(Breach.Unasked, $"{deed}: no request of that time asks for it; around it were {Around(byMachine[deed.Machine], deed.Revision)}"));
        }

        foreach (var request in requests.Where(r => r.Succeeded))
        {
            foreach (var claim in Deed.ClaimsOf(request.Status.Reason).Where(c => !done.Contains((request, c)))) violations.Add(new(Breach.Untrue, $"{claim} did not happen, but {request}"));
        }

        foreach (var call in journals.Calls.Where(c => c.Revision > journals.Beginning && c.Caller != journals.Operator)) violations.Add(new(Breach.Unasked, $"{call.Caller} called {call.Verb} of {call.Machine}"));
        return (done.Where(d => d.Kind < DeedKind.StartCalled).Select(d => d.Request).ToHashSet(), violations);
    }

    /// <summary>A migration bears the uid of its request.</summary>
    private static bool IsNamedBy(RequestStory request, Deed deed) => deed.Migration is not { } name || name == $"kubewol-{request.Last.Metadata.Uid}";

    private static string Around(IEnumerable<RequestStory> requests, long revision)
    {
        var near = requests.OrderBy(r => Math.Min(Math.Abs(r.Created - revision), Math.Abs(r.Ended - revision))).Take(3).ToList();
        return near.Count == 0 ? "none" : string.Join("; ", near);
    }
}
