using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Tests.World;
using KubeWol.Protocol;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>What is said of a policy that can never match, or of the part that cannot.</summary>
public sealed class PolicyCheckTests
{
    private static readonly Dictionary<string, string> Web = new() { ["role"] = "web" };
    private static readonly OperatorOptions Hearing = Some.Options with { AgentPorts = WolPorts.Parse("7,9,9101", null), AgentsReportReversedMacs = true };

    [Theory]
    [InlineData("a: Wake", "InEffect", "frames can match it")]
    [InlineData("a: Wake node:node-a vlan:10 net:10.0.0.0/8", "InEffect", "frames can match it")]
    [InlineData("a: Wake node:node-a node:node-x", "NodeNotFound", "from.nodes names node-x, and the cluster has no such node")]
    [InlineData("a: Wake net:999.0.0.0/8", "InvalidNetwork", "from.sourceCIDRs names 999.0.0.0/8, which is no IP network")]
    [InlineData("a: Wake+Sleep alias:9101=Sleep", "InEffect", "frames can match it")]
    [InlineData("a: Wake+Sleep alias:9102=Sleep", "NotHeard", "the agents do not listen to UDP port 9102: add it to agent.ports of the chart")]
    [InlineData("a: Wake proof:SecureOn(office)", "InEffect", "frames can match it")]
    [InlineData("a: Wake proof:SecureOn(office,gone)", "PasswordMissing", "Secret team-a/kubewol-secureon has no key gone")]
    [InlineData("a: Wake+Sleep alias:gone=Sleep", "PasswordMissing", "Secret team-a/kubewol-secureon has no key gone")]
    [InlineData("a: Wake proof:Unknown", "Unsupported", "it uses something that this version of KubeWol does not know, and allows nothing to the machines it selects")]
    public void A_policy_says_what_can_never_match(string policy, string reason, string words) => Says(Check(PolicyLanguage.Policy(policy)), reason, words);

    [Fact]
    public void Backwards_needs_agents_that_report_it()
    {
        var policy = PolicyLanguage.Policy("a: Sleep alias:backwards=Sleep");

        Says(Check(policy), "InEffect", "frames can match it");
        Says(Check(policy) with { Options = Hearing with { AgentsReportReversedMacs = false } }, "NotHeard",
            "the agents do not report addresses that look like a group's, as half of all do backwards: set wire.reversedMacs of the chart");
    }

    [Fact]
    public void Where_the_operator_was_not_told_what_agents_hear_no_port_is_doubted() =>
        Says(Check(PolicyLanguage.Policy("a: Sleep alias:9999=Sleep")) with { Options = Hearing with { AgentPorts = null } }, "InEffect", "frames can match it");

    [Fact]
    public void A_policy_that_selects_nothing_says_so()
    {
        var policy = PolicyLanguage.Policy("a: Wake");
        var check = Check(policy with { Spec = policy.Spec with { Selector = new() { MatchLabels = new Dictionary<string, string> { ["role"] = "db" } } } });

        Says(check, "SelectsNothing", "no VirtualMachine of its namespace has such labels, and no WakeTemplate would make one");
        Assert.Equal(0, check.Selected);
        Says(check with { Templates = [new Dictionary<string, string> { ["role"] = "db" }] }, "InEffect", "frames can match it");
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_named()
    {
        using var rsa = RSA.Create(2048);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var policy = PolicyLanguage.Policy("a: Wake proof:Signed");

        Says(Check(WithKeys(("good", key.ExportSubjectPublicKeyInfoPem()))), "InEffect", "frames can match it");
        var said = Check(WithKeys(("good", key.ExportSubjectPublicKeyInfoPem()), ("old", rsa.ExportSubjectPublicKeyInfoPem()))).Problem()!;
        Assert.Equal(PolicyReason.InvalidKey, said.Reason);
        Assert.StartsWith("signed.keys \"old\" cannot be used: it is a key for RSA; it must be one for ECDSA on P-256", said.Words, StringComparison.Ordinal);

        WakePolicy WithKeys(params (string Id, string Pem)[] keys) =>
            policy with { Spec = policy.Spec with { Signed = new() { Keys = [.. keys.Select(k => new SigningKey { Id = k.Id, PublicKey = k.Pem })] } } };
    }

    [Theory]
    [InlineData("a: Sleep alias:9=Sleep", "b: Move alias:9=Move", "AliasConflict")]
    [InlineData("a: Sleep alias:9=Sleep", "b: Sleep alias:9=Sleep", "InEffect")]
    [InlineData("a: Sleep alias:9=Sleep", "b: Move alias:7=Move", "InEffect")]
    [InlineData("a: Sleep alias:backwards=Sleep", "b: Wake alias:backwards=Wake", "AliasConflict")]
    [InlineData("a: Sleep alias:office=Sleep", "b: Wake alias:office=Wake", "AliasConflict")]
    public void Policies_that_contradict_each_other_say_so(string policy, string other, string reason) =>
        Assert.Equal(reason, $"{(Check(PolicyLanguage.Policy(policy)) with { Others = [PolicyLanguage.Policy(other)] }).Problem()?.Reason ?? PolicyReason.InEffect}");

    [Fact]
    public void What_contradicts_only_for_other_machines_does_not_matter()
    {
        var other = PolicyLanguage.Policy("b: Move alias:9=Move");
        other = other with { Spec = other.Spec with { Selector = new() { MatchLabels = new Dictionary<string, string> { ["role"] = "db" } } } };

        Assert.Null((Check(PolicyLanguage.Policy("a: Sleep alias:9=Sleep")) with { Others = [other] }).Problem());
    }

    [Fact]
    public void The_same_look_twice_gives_the_same_status()
    {
        var check = Check(PolicyLanguage.Policy("a: Wake"));
        var first = PolicyStatus.After(check, Some.Noon);
        var second = PolicyStatus.After(check with { Policy = check.Policy with { Status = first } }, Some.Noon.AddHours(1));

        Assert.Equal((1, first.Conditions![0].LastTransitionTime), (first.Machines, second.Conditions![0].LastTransitionTime));
    }

    private static PolicyCheck Check(WakePolicy policy) => new(
        policy, [Web], [], [], new HashSet<string> { "node-a" }, key => key == "office" ? null : new(PolicyReason.PasswordMissing, $"Secret team-a/kubewol-secureon has no key {key}"), Hearing);

    private static void Says(PolicyCheck check, string reason, string words)
    {
        var ready = Assert.Single(PolicyStatus.After(check, Some.Noon).Conditions!);
        Assert.Equal((reason == "InEffect" ? "True" : "False", reason, words), ($"{ready.Status}", ready.Reason, ready.Message));
    }
}
