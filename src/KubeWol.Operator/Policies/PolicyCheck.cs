using System.Net;
using KubeWol.Api.V1Alpha1;

using KubeWol.Proofs;

namespace KubeWol.Operator.Policies;

/// <summary>Looks for what can never match in a policy: a pure function of the policy and of what it names.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Machines">The labels of the machines of its namespace.</param>
/// <param name="Templates">The labels that the templates of its namespace give.</param>
/// <param name="Others">The other policies of its namespace.</param>
/// <param name="Nodes">The names of the cluster's nodes.</param>
/// <param name="Passwords">What is wrong with the password under a key.</param>
/// <param name="Options">What the agents hear.</param>
internal sealed record PolicyCheck(
    WakePolicy Policy, IReadOnlyList<IReadOnlyDictionary<string, string>> Machines, IReadOnlyList<IReadOnlyDictionary<string, string>> Templates,
    IReadOnlyList<WakePolicy> Others, IReadOnlySet<string> Nodes, Func<string, PolicyProblem?> Passwords, OperatorOptions Options)
{
    /// <summary>How many machines it selects.</summary>
    public int Selected => Machines.Count(m => Policy.Spec.Selector.Matches(m));

    /// <summary>The first problem, the one that stops most first; null where all of it can match.</summary>
    public PolicyProblem? Problem() => Unknown() ?? Keys() ?? PasswordKeys() ?? Selection() ?? Networks() ?? Places() ?? Marks() ?? Conflict();

    private PolicyProblem? Unknown() => PolicyTable.Usable(Policy) ? null
        : new(PolicyReason.Unsupported, "it uses something that this version of KubeWol does not know, and allows nothing to the machines it selects");

    private PolicyProblem? Keys() => (Policy.Spec.Signed?.Keys ?? []).Select(k =>
    {
        var usable = SigningKeys.TryReadPublic(k.PublicKey, out var key, out var why);
        key?.Dispose();
        return usable ? null : new PolicyProblem(PolicyReason.InvalidKey, $"signed.keys \"{k.Id}\" cannot be used: {why}");
    }).FirstOrDefault(p => p is not null);

    private PolicyProblem? PasswordKeys() => (Policy.Spec.SecureOn?.PasswordKeys ?? []).Concat((Policy.Spec.Aliases ?? []).Select(a => a.PasswordKey).OfType<string>())
        .Select(Passwords).FirstOrDefault(p => p is not null);

    private PolicyProblem? Selection() => Selected > 0 || Templates.Any(t => Policy.Spec.Selector.Matches(t)) ? null
        : new(PolicyReason.SelectsNothing, "no VirtualMachine of its namespace has such labels, and no WakeTemplate would make one");

    private PolicyProblem? Networks() => (Policy.Spec.From ?? []).SelectMany(o => o.SourceCidrs ?? []).FirstOrDefault(n => !IPNetwork.TryParse(n, out _)) is not { } wrong ? null
        : new(PolicyReason.InvalidNetwork, $"from.sourceCIDRs names {wrong}, which is no IP network");

    private PolicyProblem? Places() => (Policy.Spec.From ?? []).SelectMany(o => o.Nodes ?? []).FirstOrDefault(n => !Nodes.Contains(n)) is not { } missing ? null
        : new(PolicyReason.NodeNotFound, $"from.nodes names {missing}, and the cluster has no such node");

    private PolicyProblem? Marks()
    {
        if (Options.AgentPorts is { } heard && (Policy.Spec.Aliases ?? []).FirstOrDefault(a => a.Port is { } port && !heard.Contains((ushort)port)) is { } deaf)
        {
            return new(PolicyReason.NotHeard, $"the agents do not listen to UDP port {deaf.Port}: add it to agent.ports of the chart");
        }

        return !Options.AgentsReportReversedMacs && (Policy.Spec.Aliases ?? []).Any(a => a.ReversedMac == true)
            ? new(PolicyReason.NotHeard, "the agents do not report addresses that look like a group's, as half of all do backwards: set wire.reversedMacs of the chart")
            : null;
    }

    private PolicyProblem? Conflict()
    {
        var conflicts = from other in Others
                        from alias in other.Spec.Aliases ?? []
                        from mine in Policy.Spec.Aliases ?? []
                        where (alias.Port, alias.PasswordKey, alias.ReversedMac) == (mine.Port, mine.PasswordKey, mine.ReversedMac) && alias.Verb != mine.Verb
                            && Machines.Concat(Templates).Any(m => Policy.Spec.Selector.Matches(m) && other.Spec.Selector.Matches(m))
                        select new PolicyProblem(
                            PolicyReason.AliasConflict, $"WakePolicy {other.Metadata.Name} takes the same packets for {alias.Verb}, and this one for {mine.Verb}: where both would apply they are refused");
        return conflicts.FirstOrDefault();
    }
}
