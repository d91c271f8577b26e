using System.Globalization;
using System.Text;
using KubeWol.FaultProxy;
using KubeWol.Torture.Checking;
using KubeWol.Torture.Planning;

namespace KubeWol.Torture.Running;

/// <summary>What is printed at the end of a run.</summary>
internal sealed record Report
{
    /// <summary>How many of each kind are printed.</summary>
    private const int Examples = 6;

    public required Plan Plan { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>What was broken, and how often.</summary>
    public required IReadOnlyDictionary<FaultName, int> Faults { get; init; }

    /// <summary>What the proxy injected.</summary>
    public required IReadOnlyList<FaultCount> Injected { get; init; }

    /// <summary>What agents counted.</summary>
    public required IReadOnlyDictionary<string, long> AgentCounts { get; init; }

    /// <summary>How often agents asked the API server to make a request.</summary>
    public required int Posts { get; init; }

    public bool IsClean => Verdict.Violations.Count == 0;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"## Torture: {Plan.Length.TotalSeconds:0} s, seed {Plan.Seed}").AppendLine();
        Row("frames sent", Verdict.Frames, "from 3 senders, over Ethernet, UDP over IPv4 and IPv6");
        Row("messages", Verdict.Messages, "each in one or several frames");
        Row("- accepted", Verdict.Accepted, "became a WakeRequest");
        foreach (var (kind, count) in Verdict.LeftAlone) Row($"- {Spaced(kind)}", count, "came to nothing, as they must");
        foreach (var (reason, count) in Verdict.TurnedAway) Row($"- turned away: {reason}", count, "by agents: no machine had the address, and none was made within the grace");
        Row("- heard by nobody", Verdict.Unheard, "no agent lived, was on the LAN and had a second to take it in");
        text.AppendLine();
        Row("accepted", Verdict.Accepted, "= one effect + as asked already + refused");
        Row("- one effect", Verdict.WithEffect, "");
        Row("- as asked already", Verdict.AlreadySo, "nothing had to be done");
        foreach (var (reason, count) in Verdict.Refused) Row($"- refused: {reason}", count, "");
        if (Verdict.PutAside > 0) Row("put aside", Verdict.PutAside, "a second request for one broadcast, without effect");
        text.AppendLine();
        foreach (var (kind, count) in Verdict.Deeds.OrderBy(d => d.Key)) Row($"effects: {Spaced(kind)}", count, kind >= DeedKind.StartCalled ? "KubeVirt's own journal" : "");
        text.AppendLine();
        foreach (var (kind, count) in Faults) Row($"faults: {Spaced(kind)}", count, "");
        foreach (var kind in Injected.GroupBy(f => f.Kind).OrderBy(g => g.Key)) Row($"API faults: {Spaced(kind.Key)}", kind.Sum(f => f.Count), string.Join(", ", kind.GroupBy(f => f.Caller).Select(c => $"{c.Key} {c.Sum(f => f.Count)}")));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"agents counted: {string.Join(", ", AgentCounts.Where(c => c.Value > 0).Select(c => $"{c.Key} {c.Value}"))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"POSTs of agents: {Posts}, {(double)Posts / Math.Max(1, Verdict.Accepted):0.00} for each accepted message").AppendLine();
        foreach (var breach in Enum.GetValues<Breach>()) Row(Spaced(breach), Verdict.Count(breach), Meaning(breach));
        foreach (var kind in Verdict.Violations.GroupBy(v => v.Breach))
        {
            foreach (var violation in kind.Take(Examples)) text.AppendLine(CultureInfo.InvariantCulture, $"! {violation}");
            if (kind.Count() > Examples) text.AppendLine(CultureInfo.InvariantCulture, $"! {kind.Key}: and {kind.Count() - Examples} more");
        }

        return text.ToString();

        void Row(string name, int count, string words) => text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} {count,6}   {words}").TrimEnd());
    }

    private static string Meaning(Breach breach) => breach switch
    {
        Breach.Lost => "heard, and neither an effect nor a refusal",
        Breach.Duplicated => "two requests of one message, or one thing done twice",
        Breach.Unasked => "effects without a request, requests without a frame",
        Breach.Untrue => "requests that claim what did not happen",
        Breach.Unfinished => "requests not ended, or past their deadline",
        Breach.WronglyJudged => "refused what is allowed, or the other way round",
        Breach.LastWord => "machines that are not as they were last told to be",
        Breach.RunStrategy => "machines that lost their run strategy",
        _ => "what only a defect makes a program say",
    };

    /// <summary>AgentKilled, but for people.</summary>
    private static string Spaced<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
}
