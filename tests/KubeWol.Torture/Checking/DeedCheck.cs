using KubeWol.Api.V1Alpha1;
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
        var lastStop = new Dictionary<string, RequestStory>(); // by machine
        // Who destroyed a machine and died before it could say so finds none any more, and names none.
        var byMachine = requests.ToLookup(r => r.Machine ?? machines.NameOf(r.Target) ?? "");
        foreach (var deed in machines.Deeds)
        {
            if (deed.Kind == DeedKind.Unhalted) continue; // what comes of it is judged
            if (deed.Kind == DeedKind.StopForgotten)
            {
                // As if it had never been said: the operator has to say it again, once.
                if (lastStop.Remove(deed.Machine, out var forgotten)) done.Remove((forgotten, DeedKind.StopCalled));
                continue;
            }

            var candidates = byMachine[deed.Machine].Where(r => deed.IsOf(r.Verb) && (r.IsAliveAt(deed.Revision) || IsYetToShow(r, deed)) && IsNamedBy(r, deed)).ToList();
            // Those that say they did it first, then the one that ends first: others may still have theirs to come.
            var doer = candidates.Where(r => !done.Contains((r, deed.Kind))).OrderByDescending(r => deed.IsClaimedBy(r.Status.Reason)).ThenBy(r => r.Ended).FirstOrDefault();
            if (doer is not null && deed.Kind == DeedKind.StopCalled) lastStop[deed.Machine] = doer;
            if (doer is not null) done.Add((doer, deed.Kind));
            else if (candidates is [var again, ..]) violations.Add(new(Breach.Duplicated, $"{deed} is the second time for {again}"));
            else violations.Add(new(Breach.Unasked, $"{deed}: no request of that time asks for it; around it were {Around(byMachine[deed.Machine], deed.Revision)}"));
        }

        // KubeVirt accepted a start, and then a later message took the request's place: the machine comes up all the same, unless that start is taken back first.
        // Where a run strategy takes no calls the start is the change of the strategy itself, and the request says that it did that.
        bool IsYetToShow(RequestStory request, Deed deed)
        {
            if (deed.Kind != DeedKind.CameUp || done.Contains((request, DeedKind.CameUp))) return false;
            var last = machines.Deeds.LastOrDefault(d => d.Machine == deed.Machine && d.Revision < deed.Revision && d.Kind is DeedKind.CameUp or DeedKind.StartCalled or DeedKind.Unhalted or DeedKind.StopCalled);
            return last?.Kind switch
            {
                DeedKind.StartCalled => done.Contains((request, DeedKind.StartCalled)),
                DeedKind.Unhalted => done.Contains((request, DeedKind.StartCalled)) || (request.IsAliveAt(last.Revision) && request.Status.Operation == WakeOperation.Start),
                _ => false,
            };
        }

        foreach (var request in requests.Where(r => r.Succeeded))
        {
            // Who made a machine may find that another has started it.
            bool Happened(DeedKind claim) => done.Contains((request, claim))
                || (request.Status.Reason == WakeReason.Instantiated && claim == DeedKind.CameUp && machines.Deeds.Any(d => d.Kind == claim && d.Machine == request.Machine && request.IsAliveAt(d.Revision)));

            foreach (var claim in Deed.ClaimsOf(request.Status.Reason).Where(c => !Happened(c))) violations.Add(new(Breach.Untrue, $"{claim} did not happen, but {request}"));
        }

        foreach (var call in journals.Calls.Where(c => c.Revision > journals.Beginning && c.Caller != journals.Operator)) violations.Add(new(Breach.Unasked, $"{call.Caller} called {call.Verb} of {call.Machine}"));
        return (done.Where(d => d.Kind < DeedKind.StartCalled).Select(d => d.Request).ToHashSet(), violations);
    }

    /// <summary>A migration bears the uid of its request, and so does a machine that was made for one.</summary>
    private static bool IsNamedBy(RequestStory request, Deed deed) => deed.Request is null || deed.Request == request.Last.Metadata.Uid;

    private static string Around(IEnumerable<RequestStory> requests, long revision)
    {
        var near = requests.OrderBy(r => Math.Min(Math.Abs(r.Created - revision), Math.Abs(r.Ended - revision))).Take(3).ToList();
        return near.Count == 0 ? "none" : string.Join("; ", near);
    }
}
