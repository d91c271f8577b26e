using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>
/// What a frame may do to a machine: a pure function of the frame, what it can prove, and the policies that select the machine. A frame does what one of
/// them allows, by verb, origin and proof, and nothing else; policies only add to each other, and the first by name of those that allow it says how.
/// </summary>
internal static class PolicyTable
{
    private const int PoliciesTold = 4;

    /// <param name="message">The frame.</param>
    /// <param name="policies">The policies that select the machine, in the order of their names; the default one where none does.</param>
    /// <param name="evidence">What the frame can prove.</param>
    public static Judgement Judge(Message message, IReadOnlyList<WakePolicy> policies, IEvidence evidence)
    {
        var nearest = new List<(WakeReason Reason, string Words)>();
        if (message.Frame.Command is null)
        {
            var meanings = Meanings(message, policies, evidence);
            if (meanings.Count > 1)
            {
                return new(WakeAction.Wake, $"its policies give such a packet several meanings: {string.Join(" and ", meanings.Order())}") { Refusal = WakeReason.AmbiguousMessage };
            }

            var action = meanings is [var one] ? one : WakeAction.Wake;
            foreach (var policy in policies)
            {
                var (reason, words) = Weigh(policy, action, message, evidence);
                if (reason is null) return new(action, Allowing(policy)) { Policy = policy };
                nearest.Add((reason.Value, words));
            }

            return Refused(action, nearest, policies);
        }

        var claimed = WakeAction.Unknown;
        foreach (var policy in policies)
        {
            var (reason, words, verdict) = WeighCommand(policy, message, evidence);
            claimed = verdict?.Command?.Action ?? claimed;
            if (reason is null) return new(claimed, Allowing(policy)) { Policy = policy, Command = verdict!.Command };
            nearest.Add((reason.Value, words));
        }

        return Refused(claimed, nearest, policies);
    }

    /// <summary>Whether this version knows all that the policy uses. One that it does not allows nothing, and still keeps the default from its machines.</summary>
    public static bool Usable(WakePolicy policy) => policy.Spec is { Proof: not (null or ProofKind.Unknown), SleepMode: not SleepMode.Unknown, StartAs: not StartStrategy.Unknown }
        && !(policy.Spec.Selector?.MatchExpressions ?? []).Any(r => r.Operator is null or LabelOperator.Unknown)
        && !(policy.Spec.Aliases ?? []).Any(a => a is { Port: null, PasswordKey: null, ReversedMac: null } or { Verb: null or WakeAction.Unknown });

    /// <summary>Whether one of the policies takes addresses that stand backwards for something.</summary>
    public static bool HearsReversed(IReadOnlyList<WakePolicy> policies) => policies.Any(p => Usable(p) && (p.Spec.Aliases ?? []).Any(a => a.ReversedMac == true));

    /// <summary>What the marks of a plain packet stand for. A policy has no say in frames from elsewhere, unless the address makes sense by it alone.</summary>
    private static List<WakeAction> Meanings(Message message, IReadOnlyList<WakePolicy> policies, IEvidence evidence)
    {
        if (message.Said is { } said) return [said];
        var here = Meanings(policies.Where(p => p.Spec.From.Matches(message.Frame)), message, evidence);
        return here.Count > 0 || !message.IsReversed ? here : Meanings(policies, message, evidence);
    }

    /// <summary>Of several marks the more deliberate one counts: a password before a port, and that before the direction of the address.</summary>
    private static List<WakeAction> Meanings(IEnumerable<WakePolicy> policies, Message message, IEvidence evidence)
    {
        var aliases = policies.Where(Usable).SelectMany(p => p.Spec.Aliases ?? []).ToList();
        Predicate<MessageAlias>[] marks =
        [
            a => a.PasswordKey is { } key && evidence.Password(key) == PasswordMatch.Right,
            a => a.Port is { } port && port == message.Frame.DestinationPort,
            a => a.ReversedMac == true && message.IsReversed,
        ];
        return marks.Select(mark => aliases.FindAll(mark).Select(a => a.Verb!.Value).Distinct().ToList()).FirstOrDefault(verbs => verbs.Count > 0) ?? [];
    }

    private static (WakeReason? Reason, string Words) Weigh(WakePolicy policy, WakeAction action, Message message, IEvidence evidence)
    {
        if (!Usable(policy)) return (WakeReason.VerbNotAllowed, "uses what this version of KubeWol does not know, and allows nothing");
        if (!policy.Spec.Verbs.Contains(action)) return (WakeReason.VerbNotAllowed, $"allows {Verbs(policy)} only");
        if (!policy.Spec.From.Matches(message.Frame)) return (WakeReason.OriginNotAllowed, $"allows it, but not from {From(message.Frame)}");
        return policy.Spec.Proof switch
        {
            ProofKind.None when action == WakeAction.Destroy => (WakeReason.ProofMissing, "allows it, but nothing is deleted without a signed command"),
            ProofKind.SecureOn => Compare(policy, evidence),
            ProofKind.Signed => (WakeReason.ProofMissing, "asks for a signed command"),
            _ => (null, ""),
        } is ({ } refusal, var words) ? (refusal, words) : Limited(policy, evidence);
    }

    private static (WakeReason?, string) Compare(WakePolicy policy, IEvidence evidence)
    {
        // All are compared, whichever is right: how long it takes must not tell which.
        var matches = policy.Spec.SecureOn!.PasswordKeys.Concat((policy.Spec.Aliases ?? []).Select(a => a.PasswordKey).OfType<string>()).Distinct().Select(evidence.Password).ToList();
        return matches switch
        {
            _ when matches.Contains(PasswordMatch.Right) => (null, ""),
            _ when matches.Contains(PasswordMatch.NotGiven) => (WakeReason.ProofMissing, "asks for a SecureOn password"),
            _ when matches.TrueForAll(m => m == PasswordMatch.Incomparable) => (WakeReason.WrongPassword, "asks for a SecureOn password, and the frame's cannot be compared with it: see the policy's status"),
            _ => (WakeReason.WrongPassword, "asks for another SecureOn password"),
        };
    }

    private static (WakeReason?, string, CommandVerdict?) WeighCommand(WakePolicy policy, Message message, IEvidence evidence)
    {
        if (!Usable(policy)) return (WakeReason.VerbNotAllowed, "uses what this version of KubeWol does not know, and allows nothing", null);
        // Whoever signs wants more than a plain packet can have: a damaged command must not do what it would have done without one.
        if (policy.Spec.Proof != ProofKind.Signed) return (WakeReason.VerbNotAllowed, "takes no signed commands", null);
        if (!policy.Spec.From.Matches(message.Frame)) return (WakeReason.OriginNotAllowed, $"takes signed commands, but not from {From(message.Frame)}", null);
        var verdict = evidence.Command(policy);
        if (verdict.Refusal is { } refusal) return (refusal, $"takes signed commands, but {verdict.Words}", verdict);
        if (!policy.Spec.Verbs.Contains(verdict.Command!.Action)) return (WakeReason.VerbNotAllowed, $"allows {Verbs(policy)} only", verdict);
        var (limited, words) = Limited(policy, evidence);
        return (limited, words, verdict);
    }

    private static (WakeReason?, string) Limited(WakePolicy policy, IEvidence evidence) =>
        evidence.Admits(policy) ? (null, "") : (WakeReason.RateLimited, "allows it, but not as often");

    /// <summary>The refusal of the policy that came nearest to allowing it, with what the nearest few say.</summary>
    private static Judgement Refused(WakeAction action, List<(WakeReason Reason, string Words)> refusals, IReadOnlyList<WakePolicy> policies)
    {
        if (policies is [var only] && DefaultPolicy.Is(only))
        {
            var (why, saying) = refusals[0];
            return new(action, $"no WakePolicy selects it, and the operator's default {saying}") { Refusal = why };
        }

        var nearest = refusals.Zip(policies).OrderByDescending(r => Nearness(r.First.Reason)).ToList();
        var told = string.Join("; ", nearest.Take(PoliciesTold).Select(r => $"WakePolicy {r.Second.Metadata.Namespace}/{r.Second.Metadata.Name} {r.First.Words}"));
        return new(action, nearest.Count > PoliciesTold ? $"{told}; and {nearest.Count - PoliciesTold} more" : told) { Refusal = nearest[0].First.Reason };
    }

    private static int Nearness(WakeReason reason) => reason switch
    {
        WakeReason.VerbNotAllowed => 0,
        WakeReason.OriginNotAllowed => 1,
        WakeReason.ProofMissing => 2,
        WakeReason.WrongPassword or WakeReason.BadSignature => 3,
        WakeReason.StaleCommand => 4,
        WakeReason.ReplayedCommand => 5,
        _ => 6,
    };

    private static string Allowing(WakePolicy policy) => DefaultPolicy.Is(policy)
        ? "no WakePolicy selects it, and the operator's default allows it"
        : $"WakePolicy {policy.Metadata.Namespace}/{policy.Metadata.Name} allows it";

    private static string Verbs(WakePolicy policy) => string.Join(", ", policy.Spec.Verbs);

    private static string From(CapturedFrame frame) =>
        $"{frame.SourceMac}{(frame.SourceIp is { } ip ? $" ({ip})" : "")} on {frame.Node}/{frame.Interface}{(frame.Vlans is [var vlan, ..] ? $", VLAN {vlan}" : "")}";
}
