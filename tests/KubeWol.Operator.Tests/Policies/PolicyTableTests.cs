using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>How policies combine, as a table: deny by default, policies add, nothing widens silently.</summary>
public sealed class PolicyTableTests
{
    /// <summary>Several policies stand between slashes; what is expected is the verb and the policy that allows it, or the verb and why none does.</summary>
    private const string Table = """
        policies                                                                  | frame                          -> judgement

        a: Wake                                                                   |                                -> Wake by a
        a: Sleep                                                                  |                                -> Wake VerbNotAllowed
        a: Sleep / b: Wake                                                        |                                -> Wake by b
        a: Wake / b: Wake                                                         |                                -> Wake by a
        a: Sleep / b: Move                                                        |                                -> Wake VerbNotAllowed

        a: Wake vlan:10                                                           | vlan:10                        -> Wake by a
        a: Wake vlan:10                                                           | vlan:11                        -> Wake OriginNotAllowed
        a: Wake vlan:10                                                           |                                -> Wake OriginNotAllowed
        a: Wake vlan:10                                                           | vlan:11,10                     -> Wake OriginNotAllowed
        a: Wake vlan:10                                                           | vlan:10,11                     -> Wake by a
        a: Wake vlan:0                                                            |                                -> Wake by a
        a: Wake node:node-b                                                       |                                -> Wake OriginNotAllowed
        a: Wake node:node-b node:node-a                                           |                                -> Wake by a
        a: Wake node:node-a nic:eth0                                              |                                -> Wake OriginNotAllowed
        a: Wake mac:02:00:00 net:192.0.2.0/24                                     |                                -> Wake by a
        a: Wake mac:02:00:01 net:192.0.2.0/24                                     |                                -> Wake OriginNotAllowed
        a: Wake net:192.0.2.0/24                                                  | ip:-                           -> Wake OriginNotAllowed
        a: Wake vlan:10 / b: Wake node:node-a                                     |                                -> Wake by b

        a: Wake proof:SecureOn(office)                                            | pw:office                      -> Wake by a
        a: Wake proof:SecureOn(old,new)                                           | pw:new                         -> Wake by a
        a: Wake proof:SecureOn(office)                                            | pw:other                       -> Wake WrongPassword
        a: Wake proof:SecureOn(missing)                                           | pw:other                       -> Wake WrongPassword
        a: Wake proof:SecureOn(missing,office)                                    | pw:office                      -> Wake by a
        a: Wake proof:SecureOn(office)                                            |                                -> Wake ProofMissing
        a: Wake proof:SecureOn(office) vlan:10                                    | pw:office                      -> Wake OriginNotAllowed
        a: Wake                                                                   | pw:whatever                    -> Wake by a
        a: Wake proof:SecureOn(office) / b: Wake                                  |                                -> Wake by b
        a: Wake proof:SecureOn(one) / b: Wake proof:SecureOn(two)                 | pw:two                         -> Wake by b
        a: Wake proof:Signed                                                      |                                -> Wake ProofMissing
        a: Wake proof:Signed                                                      | pw:office                      -> Wake ProofMissing

        a: Wake+Sleep alias:9101=Sleep                                            | port:9101                      -> Sleep by a
        a: Wake+Sleep alias:9101=Sleep                                            | port:9                         -> Wake by a
        a: Wake+Sleep alias:9101=Sleep                                            | port:-                         -> Wake by a
        a: Wake+Sleep alias:backwards=Sleep                                       | backwards                      -> Sleep by a
        a: Wake+Sleep alias:goodnight=Sleep                                       | pw:goodnight                   -> Sleep by a
        a: Wake+Sleep alias:goodnight=Sleep                                       | pw:good                        -> Wake by a
        a: Wake+Sleep proof:SecureOn(office) alias:goodnight=Sleep                | pw:goodnight                   -> Sleep by a
        a: Wake+Sleep proof:SecureOn(office) alias:9101=Sleep                     | port:9101                      -> Sleep ProofMissing
        a: Wake+Sleep+Move alias:9101=Sleep alias:backwards=Move                  | port:9101 backwards            -> Sleep by a
        a: Wake+Sleep+Move alias:9101=Move alias:night=Sleep                      | port:9101 pw:night             -> Sleep by a
        a: Wake / b: Sleep alias:9101=Sleep                                       | port:9101                      -> Sleep by b
        a: Sleep alias:9101=Sleep / b: Move alias:9101=Move                       | port:9101                      -> Wake AmbiguousMessage
        a: Sleep alias:9101=Sleep / b: Sleep alias:9101=Sleep                     | port:9101                      -> Sleep by a
        a: Sleep vlan:10 alias:9101=Sleep / b: Wake                               | port:9101                      -> Wake by b
        a: Sleep vlan:10 alias:9101=Sleep / b: Wake                               | port:9101 vlan:10              -> Sleep by a
        a: Sleep vlan:10 alias:backwards=Sleep / b: Wake                          | backwards                      -> Sleep OriginNotAllowed

        a: Sleep proof:Signed                                                     | cmd:Sleep                      -> Sleep by a
        a: Sleep proof:Signed                                                     | cmd:Wake                       -> Wake VerbNotAllowed
        a: Destroy proof:Signed                                                   | cmd:Destroy                    -> Destroy by a
        a: Wake proof:Signed                                                      | cmd:bad                        -> Unknown BadSignature
        a: Wake proof:Signed                                                      | cmd:Wake,stale                 -> Wake StaleCommand
        a: Wake proof:Signed                                                      | cmd:Wake,replayed              -> Wake ReplayedCommand
        a: Wake proof:Signed vlan:10                                              | cmd:Wake                       -> Unknown OriginNotAllowed
        a: Wake proof:Signed / b: Wake proof:Signed                               | cmd:Wake,by,b                  -> Wake by b
        a: Wake                                                                   | cmd:Wake                       -> Unknown VerbNotAllowed
        a: Wake / b: Wake proof:Signed                                            | cmd:bad                        -> Unknown BadSignature
        a: Sleep proof:Signed alias:9101=Sleep                                    | cmd:Sleep pw:x port:9          -> Sleep by a

        a: Destroy                                                                | said:Destroy                   -> Destroy ProofMissing
        a: Wake                                                                   | said:Destroy                   -> Destroy VerbNotAllowed
        a: Sleep                                                                  | said:Sleep                     -> Sleep by a

        a: Wake full                                                              |                                -> Wake RateLimited
        a: Wake full / b: Wake                                                    |                                -> Wake by b
        a: Wake proof:SecureOn(office) full                                       | pw:wrong                       -> Wake WrongPassword
        a: Wake full / b: Wake vlan:10                                            |                                -> Wake RateLimited

        a: Sleep / b: Wake vlan:10                                                |                                -> Wake OriginNotAllowed
        a: Wake vlan:10 / b: Wake proof:SecureOn(office)                          |                                -> Wake ProofMissing
        a: Wake proof:SecureOn(office) / b: Wake proof:SecureOn(other)            | pw:x                           -> Wake WrongPassword
        """;

    public static TheoryData<string, string, string> Lines =>
        [.. Table.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => l.Split("->")).Select(h => (h[0].Split('|')[0].Trim(), h[0].Split('|')[1].Trim(), h[1].Trim()))];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_frame_is_judged_by_the_policies_that_select_the_machine(string policies, string frame, string judgement)
    {
        var (message, evidence) = PolicyLanguage.Frame(frame);

        var judged = PolicyTable.Judge(message, [.. policies.Split(" / ").Select(PolicyLanguage.Policy)], evidence);

        Assert.Equal(judgement, judged.Refusal is { } refusal ? $"{judged.Action} {refusal}" : $"{judged.Action} by {judged.Policy!.Metadata.Name}");
        Assert.NotEmpty(judged.Words);
    }

    public static IEnumerable<TheoryDataRow<string, string, string>> Allowed => Lines.Where(l => l.Data.Item3.Contains(" by ", StringComparison.Ordinal)).Select(l => new TheoryDataRow<string, string, string>(l.Data.Item1, l.Data.Item2, l.Data.Item3));

    [Theory]
    [MemberData(nameof(Allowed))]
    public void One_policy_more_takes_nothing_away(string policies, string frame, string judgement)
    {
        var (message, evidence) = PolicyLanguage.Frame(frame);

        var judged = PolicyTable.Judge(message, [.. policies.Split(" / ").Append("z: Move vlan:99 proof:SecureOn(secret)").Select(PolicyLanguage.Policy)], evidence);

        Assert.Equal(judgement, $"{judged.Action} by {judged.Policy?.Metadata.Name}");
    }

    [Fact]
    public void A_policy_that_uses_something_newer_allows_nothing()
    {
        var policy = PolicyLanguage.Policy("a: Wake");
        WakePolicy[] newer =
        [
            policy with { Spec = policy.Spec with { Proof = ProofKind.Unknown } },
            policy with { Spec = policy.Spec with { Proof = null } },
            policy with { Spec = policy.Spec with { SleepMode = SleepMode.Unknown } },
            policy with { Spec = policy.Spec with { StartAs = StartStrategy.Unknown } },
            policy with { Spec = policy.Spec with { Aliases = [new() { Verb = WakeAction.Wake }] } },
            policy with { Spec = policy.Spec with { Aliases = [new() { Verb = WakeAction.Unknown, Port = 9 }] } },
            policy with { Spec = policy.Spec with { Selector = new() { MatchExpressions = [new() { Key = "a", Operator = LabelOperator.Unknown }] } } },
        ];
        var (message, evidence) = PolicyLanguage.Frame("");

        Assert.All(newer, p => Assert.Equal(WakeReason.VerbNotAllowed, PolicyTable.Judge(message, [p], evidence).Refusal));
    }

    [Theory]
    [InlineData("a: Sleep", "", "WakePolicy team-a/a allows Sleep only")]
    [InlineData("a: Wake vlan:10", "", "WakePolicy team-a/a allows it, but not from 02:00:00:00:00:aa (192.0.2.7) on node-a/bond0")]
    [InlineData("a: Wake vlan:10", "vlan:20,30 ip:-", "WakePolicy team-a/a allows it, but not from 02:00:00:00:00:aa on node-a/bond0, VLAN 20")]
    [InlineData("a: Wake proof:SecureOn(x)", "", "WakePolicy team-a/a asks for a SecureOn password")]
    [InlineData("a: Wake proof:SecureOn(x)", "pw:y", "WakePolicy team-a/a asks for another SecureOn password")]
    [InlineData("a: Wake proof:SecureOn(missing)", "pw:y", "WakePolicy team-a/a asks for a SecureOn password, and the frame's cannot be compared with it: see the policy's status")]
    [InlineData("a: Wake proof:Signed", "", "WakePolicy team-a/a asks for a signed command")]
    [InlineData("a: Wake proof:Signed", "cmd:bad", "WakePolicy team-a/a takes signed commands, but its signature is wrong")]
    [InlineData("a: Wake full", "", "WakePolicy team-a/a allows it, but not as often")]
    [InlineData("a: Sleep / b: Wake vlan:10", "ip:-", "WakePolicy team-a/b allows it, but not from 02:00:00:00:00:aa on node-a/bond0; WakePolicy team-a/a allows Sleep only")]
    [InlineData("a: Sleep / b: Sleep / c: Sleep / d: Sleep / e: Sleep / f: Sleep", "", "WakePolicy team-a/a allows Sleep only; WakePolicy team-a/b allows Sleep only; WakePolicy team-a/c allows Sleep only; WakePolicy team-a/d allows Sleep only; and 2 more")]
    [InlineData("a: Sleep alias:9=Sleep / b: Move alias:9=Move", "", "its policies give such a packet several meanings: Sleep and Move")]
    public void Who_is_refused_reads_why(string policies, string frame, string words)
    {
        var (message, evidence) = PolicyLanguage.Frame(frame);

        Assert.Equal(words, PolicyTable.Judge(message, [.. policies.Split(" / ").Select(PolicyLanguage.Policy)], evidence).Words);
    }
}
