using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>In the end every machine is as the last of those asked for it whose request succeeded, by the order on the wire, and its run strategy is its owner's.</summary>
internal static class LastWordCheck
{
    /// <summary>Messages that were sent so close to each other have no order that everybody must agree on.</summary>
    public static readonly TimeSpan Together = TimeSpan.FromSeconds(3);

    /// <summary>What KubeVirt makes of Always and Once at a stop.</summary>
    private const string Halted = "Halted";

    public static IEnumerable<Violation> Judge(IReadOnlyList<RequestStory> requests, MachineStory machines, RunJournals journals)
    {
        var messages = journals.Messages.ToDictionary(m => m.Number);
        var byAddress = machines.Machines.GroupBy(m => MachineStory.AddressOf(m.Value) ?? default).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var (address, twins) in byAddress.Where(m => m.Key != default && m.Value.Count > 1)) yield return new(Breach.Duplicated, $"{string.Join(" and ", twins.Select(t => t.Key))} have the address {address}");

        var words = requests.Where(r => r.Message is { } number && messages.ContainsKey(number) && r.Verb is not (null or WakeAction.Move))
            .Select(r => (Message: messages[r.Message!.Value], Request: r)).ToLookup(w => w.Message.Target);
        foreach (var (address, strategy) in journals.Strategies)
        {
            var machine = byAddress.GetValueOrDefault(address)?[0];
            var power = machine is { } there ? machines.PowerOf(there.Key) : "Gone";
            if (Contradicted([.. words[address]], power) is { } last) yield return new(Breach.LastWord, $"{machine?.Key ?? address.ToString()} is {power}, but the last word was {last}");
            if (machine is { } kept && StrategyProblem(kept.Value, power, strategy) is { } problem) yield return new(Breach.RunStrategy, $"{kept.Key} {problem}");
        }
    }

    /// <summary>Once woken, the strategy is the owner's; whoever looks at a stopped machine may also find that KubeVirt halted it.</summary>
    public static string? StrategyProblem(JsonElement machine, string power, string strategy)
    {
        var now = MachineStory.Text(machine, "spec", "runStrategy");
        return now == strategy || (power == "Down" && now == Halted) ? null : $"is {power} under {now}, and its owner's strategy is {strategy}";
    }

    private static string? Contradicted(IReadOnlyList<(SentMessage Message, RequestStory Request)> words, string power)
    {
        var heeded = words.Where(w => w.Request.Succeeded).ToList();
        if (heeded.Count == 0) return null;
        var last = heeded.Max(w => w.Message.SentAt[0]);
        // What failed after it had begun may have left anything behind.
        if (words.Any(w => !w.Request.Succeeded && w.Request.Status.Operation is not (null or WakeOperation.None) && w.Message.SentAt[0] > last - Together)) return null;
        var final = heeded.Where(w => w.Message.SentAt[0] > last - Together).ToList();
        return final.Any(w => Leaves(w.Request, power)) ? null : string.Join("; ", final.Select(w => w.Request));
    }

    private static bool Leaves(RequestStory request, string power) => request.Verb switch
    {
        WakeAction.Wake or WakeAction.Instantiate => power == "Up",
        WakeAction.Sleep => power == "Down" || (power == "Paused" && request.Status.Reason != WakeReason.Stopped),
        _ => power == "Gone",
    };
}
