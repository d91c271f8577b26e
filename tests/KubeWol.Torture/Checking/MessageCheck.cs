using KubeWol.Api.V1Alpha1;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Checking;

/// <summary>Every message that was heard became one request, and ended as it had to; and no request is without its message.</summary>
internal static class MessageCheck
{
    /// <summary>The reason of a request for a copy of a message that another node had taken.</summary>
    private const string SameBroadcast = "SameBroadcast";

    /// <summary>A message that is allowed can be refused for what is the case, and for nothing else.</summary>
    private static readonly HashSet<WakeReason?> Circumstances =
    [
        WakeReason.Superseded, WakeReason.TargetVanished, WakeReason.TargetTerminating, WakeReason.UnknownTarget, WakeReason.NodeNotSchedulable, WakeReason.MigrationFailed,
    ];

    public static Verdict Judge(IReadOnlyList<RequestStory> requests, IReadOnlySet<RequestStory> doers, RunJournals journals)
    {
        var violations = new List<Violation>();
        var byMessage = requests.Where(r => r.Last.Spec.Frame is not null).ToLookup(r => r.Message);
        var known = journals.Messages.ToDictionary(m => m.Number);
        foreach (var stray in byMessage.Where(g => g.Key is not { } number || !known.ContainsKey(number)).SelectMany(g => g)) violations.Add(new(Breach.Unasked, $"nobody sent what {stray} was made for"));

        var always = RunBeginning.Machines(journals);
        var (unheard, accepted, withEffect, alreadySo, putAside) = (0, 0, 0, 0, 0);
        var refused = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var turnedAway = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var leftAlone = new SortedDictionary<MessageKind, int>();
        foreach (var message in journals.Messages)
        {
            var all = byMessage[message.Number].ToList();
            var own = all.Where(r => r.Status.Reason?.ToString() != SameBroadcast).ToList();
            putAside += all.Count - own.Count;
            foreach (var other in all.Where(r => r.Target != message.Target && r.Target?.Reversed != message.Target)) violations.Add(new(Breach.Unasked, $"message {message.Number} is for {message.Target}, not {other.Target}: {other}"));
            if (own.Count > 1) violations.Add(new(Breach.Duplicated, $"message {message.Number} became {own.Count} requests: {string.Join("; ", own)}"));
            if (own.Count == 0)
            {
                if (message.Kind is MessageKind.Damaged or MessageKind.UnknownAddress) leftAlone[message.Kind] = leftAlone.GetValueOrDefault(message.Kind) + 1;
                else if (all.Count > 0) violations.Add(new(Breach.Lost, $"all requests for message {message.Number} were put aside: {string.Join("; ", all)}"));
                else if (journals.TurnedAway.GetValueOrDefault(message.Number) is { } why)
                {
                    turnedAway[why] = turnedAway.GetValueOrDefault(why) + 1;
                    if (always.Contains(message.Target)) violations.Add(new(Breach.WronglyJudged, $"{Words(message)} is for a machine that is there, and was turned away: {why}"));
                }
                else if (message.SentAt.Any(at => journals.Nodes.Any(n => n.SurelyHears(at)))) violations.Add(new(Breach.Lost, $"{Words(message)} was heard by {string.Join(", ", HearersOf(message, journals))}, and nothing came of it"));
                else unheard++;
                continue;
            }

            accepted++;
            var request = own.MinBy(r => r.Created)!;
            if (Problem(message, request, always.Contains(message.Target)) is { } problem) violations.Add(new(Breach.WronglyJudged, $"{Words(message)} {problem}: {request}"));
            if (doers.Contains(request)) withEffect++;
            else if (request.Succeeded) alreadySo++;
            else if (request.HasEnded) refused[request.Status.Reason?.ToString() ?? "without a reason"] = refused.GetValueOrDefault(request.Status.Reason?.ToString() ?? "without a reason") + 1;
        }

        return new()
        {
            Frames = journals.Messages.Sum(m => m.SentAt.Count),
            Messages = journals.Messages.Count,
            Unheard = unheard,
            LeftAlone = leftAlone,
            TurnedAway = turnedAway,
            Accepted = accepted,
            WithEffect = withEffect,
            AlreadySo = alreadySo,
            Refused = refused,
            PutAside = putAside,
            Violations = violations,
        };
    }

    /// <summary>What is wrong with how a message's request ended; null for nothing.</summary>
    private static string? Problem(SentMessage message, RequestStory request, bool isAlwaysThere)
    {
        if (!request.HasEnded) return null; // said elsewhere
        var reason = request.Status.Reason;
        return message.Kind switch
        {
            // An address written backwards can only be told from another where there is a machine.
            MessageKind.Ordinary when request.Verb != message.Verb && (isAlwaysThere || reason != WakeReason.UnknownTarget) => $"was taken for {request.Verb}",
            MessageKind.Ordinary when request.Succeeded => null,
            MessageKind.Ordinary when reason == WakeReason.UnknownTarget && (isAlwaysThere || message.Verb is WakeAction.Wake or WakeAction.Instantiate) => "is for a machine that is there, or can be made",
            MessageKind.Ordinary when !Circumstances.Contains(reason) => "is allowed",
            MessageKind.Ordinary => null,
            MessageKind.UnknownAddress when reason != WakeReason.UnknownTarget => "is for an address that nobody has",
            MessageKind.WrongPassword when reason is not (WakeReason.WrongPassword or WakeReason.ProofMissing) => "has the wrong password",
            MessageKind.ForeignKey when reason != WakeReason.BadSignature => "is signed with a foreign key",
            MessageKind.Damaged => "is no magic packet",
            _ => null,
        };
    }

    private static IEnumerable<string> HearersOf(SentMessage message, RunJournals journals) => journals.Nodes.Where(n => message.SentAt.Any(n.SurelyHears)).Select(n => n.Node);

    private static string Words(SentMessage message) => $"message {message.Number} ({message.Verb} {message.Target}, {message.Kind}, sent at {message.SentAt[0].TotalSeconds:0.0} s)";
}
