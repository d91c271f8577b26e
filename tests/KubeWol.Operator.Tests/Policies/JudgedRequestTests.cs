using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.Templates;
using KubeWol.Operator.Tests.World;
using KubeWol.Proofs;
using KubeWol.Protocol;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>What policies do to requests, from the frame to the end.</summary>
public sealed class JudgedRequestTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Machine = "team-a/web-01";
    private const string Heard = $"{Some.Agents}/heard";

    [Theory]
    [InlineData("", "port:9", "AlreadyActive", "DefaultPolicy")]
    [InlineData("a: Wake", "port:9", "AlreadyActive", "PolicyAllows")]
    [InlineData("a: Sleep", "port:9", "VerbNotAllowed", "VerbNotAllowed")]
    [InlineData("a: Sleep alias:9101=Sleep", "port:9101", "Paused", "PolicyAllows")]
    [InlineData("a: Sleep+Wake proof:SecureOn(office) alias:night=Sleep", "pw:night", "Paused", "PolicyAllows")]
    [InlineData("a: Sleep+Wake proof:SecureOn(office) alias:night=Sleep", "pw:other", "WrongPassword", "WrongPassword")]
    [InlineData("a: Wake vlan:10", "vlan:20", "OriginNotAllowed", "OriginNotAllowed")]
    [InlineData("a: Wake proof:Signed", "port:9", "ProofMissing", "ProofMissing")]
    public async Task A_frame_does_what_a_policy_allows(string policy, string frame, string reason, string authorized)
    {
        await using var rehearsal = await RunningAsync();
        if (policy.Length > 0) rehearsal.World.See(PolicyLanguage.Policy(policy));
        rehearsal.World.Passwords.ByKey["office"] = "office";
        rehearsal.World.Passwords.ByKey["night"] = "night";
        rehearsal.Ask(Frame(frame));
        await rehearsal.PlayAsync();
        var status = rehearsal.StatusOf(Heard);

        Assert.Equal((reason, authorized), ($"{status.Reason}", status.Conditions!.Single(c => c.Type == "Authorized").Reason));
        Assert.Equal(reason == "Paused" ? ["pause"] : [], rehearsal.KubeVirt.Effects);
    }

    /// <summary>An agent that was away, or an API server: nobody stands before the machine any more.</summary>
    [Theory]
    [InlineData(-3600, null, false)] // a node whose clock is ahead
    [InlineData(0, null, false)]
    [InlineData(300, null, false)]
    [InlineData(300.001, null, true)]
    [InlineData(3600, null, true)]
    [InlineData(61, 60, true)]
    public async Task A_frame_whose_request_comes_past_its_deadline_is_not_carried_out_and_said(double seconds, int? deadline, bool isLate)
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Halted");
        rehearsal.Show();
        var frame = Frame("port:9");
        var heardAt = rehearsal.World.Time.GetUtcNow().AddSeconds(-seconds);
        rehearsal.Ask(frame with { Spec = frame.Spec with { DeadlineSeconds = deadline, Frame = frame.Spec.Frame! with { CapturedAt = heardAt } } });
        await rehearsal.PlayAsync();
        var status = rehearsal.StatusOf(Heard);

        Assert.Equal(isLate ? (WakePhase.Failed, WakeReason.DeliveredTooLate) : (WakePhase.Succeeded, WakeReason.Started), (status.Phase, status.Reason));
        Assert.Equal(isLate, rehearsal.KubeVirt.Effects.Count == 0);
        if (isLate) Assert.StartsWith($"{Machine} was not woken: the frame was heard at {heardAt:yyyy-MM-dd HH:mm:ss} UTC, and its request could only be written", status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_comes_too_late_is_said_so_even_if_it_calls_nobody_and_holds_nobody_up()
    {
        await using var rehearsal = await RunningAsync();
        var late = Frame("port:9");
        late = late with { Spec = late.Spec with { Frame = late.Spec.Frame! with { CapturedAt = rehearsal.World.Time.GetUtcNow().AddHours(-1) } } };
        rehearsal.Ask(late with { Metadata = late.Metadata with { Name = "nobody", Uid = "nobody" }, Spec = late.Spec with { Target = new() { MacAddress = "52:54:00:99:99:99" } } });
        rehearsal.Ask(late);
        rehearsal.Ask(Some.Asking(WakeAction.Sleep, "team-a/ask"));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.DeliveredTooLate, rehearsal.StatusOf($"{Some.Agents}/nobody").Reason);
        Assert.Equal(WakeReason.DeliveredTooLate, rehearsal.StatusOf(Heard).Reason);
        Assert.Equal(WakeReason.Paused, rehearsal.StatusOf().Reason);
    }

    [Fact]
    public async Task Policies_of_other_namespaces_have_no_say()
    {
        await using var rehearsal = await RunningAsync();
        var policy = PolicyLanguage.Policy("a: Sleep alias:9=Sleep");
        rehearsal.World.See(policy with { Metadata = policy.Metadata with { Namespace = "team-b" } });
        rehearsal.World.See(policy with { Metadata = policy.Metadata with { Namespace = Some.Agents } });
        rehearsal.Ask(Frame("port:9"));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.AlreadyActive, rehearsal.StatusOf(Heard).Reason);
    }

    [Fact]
    public async Task What_is_asked_for_at_the_API_server_is_no_business_of_policies()
    {
        await using var rehearsal = await RunningAsync();
        rehearsal.World.See(PolicyLanguage.Policy("a: Move proof:Signed"));
        rehearsal.Ask(Some.Asking(WakeAction.Sleep, "team-a/ask"));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.Paused, rehearsal.StatusOf().Reason);
        Assert.Equal("AskedDirectly", rehearsal.StatusOf().Conditions!.Single(c => c.Type == "Authorized").Reason);
    }

    [Theory]
    [InlineData("a: Sleep alias:9=Sleep", null, "pause")]
    [InlineData("a: Sleep alias:9=Sleep", SleepMode.Stop, "patch run-strategy=Always, stop")]
    public async Task The_policy_says_how_to_sleep(string text, SleepMode? mode, string effects)
    {
        await using var rehearsal = await RunningAsync();
        var policy = PolicyLanguage.Policy(text);
        rehearsal.World.See(policy with { Spec = policy.Spec with { SleepMode = mode } });
        rehearsal.Ask(Frame("port:9"));
        await rehearsal.PlayAsync();

        Assert.Equal(effects, string.Join(", ", rehearsal.KubeVirt.Effects));
    }

    [Fact]
    public async Task The_policy_says_what_a_halted_machine_becomes()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Halted");
        rehearsal.Show();
        var policy = PolicyLanguage.Policy("a: Wake");
        rehearsal.World.See(policy with { Spec = policy.Spec with { StartAs = StartStrategy.Manual } });
        rehearsal.Ask(Frame("port:9"));
        await rehearsal.PlayAsync();

        Assert.Equal("Manual", rehearsal.KubeVirt[Machine].Vm!.RunStrategy);
    }

    [Theory]
    [InlineData(null, "node-b", "Moved", "node-b")]
    [InlineData("node-b", null, "Moved", "node-b")]
    [InlineData("node-b", "node-b", "Moved", "node-b")]
    [InlineData("node-b", "node-c", "NodeNotFound", "node-a")]
    public async Task A_move_goes_where_both_policy_and_command_let_it(string? allowed, string? asked, string reason, string node)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var rehearsal = await RunningAsync();
        rehearsal.World.See(Signed(key, WakeAction.Move) is var policy && allowed is null ? policy : policy with { Spec = policy.Spec with { Move = new() { NodeName = allowed } } });
        rehearsal.Ask(Commanding(new() { Action = WakeAction.Move, Target = Mac, IssuedAt = rehearsal.World.Time.GetUtcNow(), NodeName = asked }, key, rehearsal));
        await rehearsal.PlayAsync();

        Assert.Equal((reason, node), ($"{rehearsal.StatusOf(Heard).Reason}", rehearsal.World.Instances.Find(new("team-a", "web-01"))!.Status!.NodeName));
    }

    [Fact]
    public async Task A_signed_command_deletes_and_a_plain_packet_never_does()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var rehearsal = await RunningAsync();
        var policy = Signed(key, WakeAction.Destroy);
        rehearsal.World.See(policy);
        rehearsal.World.See(policy with { Metadata = policy.Metadata with { Name = "none", Uid = "uid-of-none" }, Spec = new() { Verbs = [WakeAction.Destroy], Proof = ProofKind.None } }); // as no API server takes it
        var said = Frame("port:9");
        rehearsal.Ask(said with { Spec = said.Spec with { Action = WakeAction.Destroy } });
        await rehearsal.PlayAsync();
        Assert.Equal((WakeReason.ProofMissing, 0), (rehearsal.StatusOf(Heard).Reason, rehearsal.KubeVirt.Effects.Count));

        rehearsal.World.Requests.Remove(new(Some.Agents, "heard"));
        rehearsal.Ask(Commanding(new() { Action = WakeAction.Destroy, Target = Mac, IssuedAt = rehearsal.World.Time.GetUtcNow() }, key, rehearsal));
        await rehearsal.PlayAsync();
        Assert.Equal((WakeReason.Destroyed, "delete"), (rehearsal.StatusOf(Heard).Reason, string.Join(", ", rehearsal.KubeVirt.Effects)));
    }

    [Theory]
    [InlineData("a: Wake", "WaitingForCreation")]
    [InlineData("a: Sleep", "VerbNotAllowed")]
    [InlineData("a: Wake proof:SecureOn(office)", "ProofMissing")]
    public async Task Policies_that_would_select_a_machine_have_a_say_in_its_creation(string text, string reason)
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.World.See(Claims.Template());
        var policy = PolicyLanguage.Policy(text);
        rehearsal.World.See(policy with { Spec = policy.Spec with { Selector = new() { MatchLabels = new Dictionary<string, string> { ["kubewol.io/template"] = "small" } } } });
        rehearsal.Ask(Frame("port:9"));
        await rehearsal.PassAsync(1);

        Assert.Equal(reason, $"{rehearsal.StatusOf(Heard).Reason}");
    }

    [Fact]
    public async Task What_nobody_allows_keeps_nobody_waiting_and_takes_nobodys_place()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Halted");
        rehearsal.Show();
        rehearsal.World.See(PolicyLanguage.Policy("a: Wake"));
        rehearsal.World.See(PolicyLanguage.Policy("b: Sleep vlan:10 alias:9101=Sleep"));
        rehearsal.Ask(Some.Asking(WakeAction.Wake, "team-a/ask", name: "web-01"));
        var sleep = Frame("port:9101"); // later, and not from VLAN 10
        rehearsal.Ask(sleep with { Spec = sleep.Spec with { Action = WakeAction.Sleep } });
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.Started, WakeReason.OriginNotAllowed), (rehearsal.StatusOf().Reason, rehearsal.StatusOf(Heard).Reason));
    }

    [Fact]
    public async Task What_has_begun_is_finished_though_its_policy_goes()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Halted");
        rehearsal.Show();
        var policy = PolicyLanguage.Policy("a: Wake");
        rehearsal.World.See(policy);
        rehearsal.Ask(Frame("port:9"));
        await rehearsal.PassAsync(0.5);
        Assert.Equal(WakeOperation.Start, rehearsal.StatusOf(Heard).Operation);
        rehearsal.World.See(policy with { Spec = policy.Spec with { Verbs = [WakeAction.Move] } });
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.Started, rehearsal.StatusOf(Heard).Reason);
        Assert.Equal("PolicyAllows", rehearsal.StatusOf(Heard).Conditions!.Single(c => c.Type == "Authorized").Reason);
    }

    [Fact]
    public async Task A_policys_limit_ends_what_comes_more_often()
    {
        await using var rehearsal = await RunningAsync();
        var policy = PolicyLanguage.Policy("a: Wake");
        rehearsal.World.See(policy with { Spec = policy.Spec with { RateLimits = new() { PerMachine = new() { Requests = 2, Seconds = 60 } } } });
        for (var i = 0; i < 5; i++)
        {
            var frame = Frame("port:9");
            rehearsal.Ask(frame with { Metadata = frame.Metadata with { Name = $"heard-{i}", Uid = $"uid-{i}" } });
        }

        await rehearsal.PlayAsync();

        Assert.Equal(["AlreadyActive 2", "RateLimited 3"], rehearsal.World.Requests.All.GroupBy(r => r.Status!.Reason).Select(g => $"{g.Key} {g.Count()}").Order());
    }

    private static MacAddress Mac => MacAddress.Parse(Some.Mac, null);

    private static WakeRequest Frame(string words)
    {
        var heard = Some.Heard();
        return heard with { Spec = heard.Spec with { Frame = PolicyLanguage.Frame(words).Message.Frame } };
    }

    private static WakePolicy Signed(ECDsa key, WakeAction verb)
    {
        var policy = PolicyLanguage.Policy($"signed: {verb} proof:Signed");
        return policy with { Spec = policy.Spec with { Signed = new() { Keys = [new() { Id = "laptop", PublicKey = key.ExportSubjectPublicKeyInfoPem() }] } } };
    }

    private static WakeRequest Commanding(SignedCommand command, ECDsa key, Rehearsal rehearsal)
    {
        var heard = Some.Heard();
        return heard with { Spec = heard.Spec with { Frame = heard.Spec.Frame! with { CapturedAt = rehearsal.World.Time.GetUtcNow(), Command = Convert.ToBase64String(command.Sign(key, "laptop")) } } };
    }

    private async Task<Rehearsal> RunningAsync()
    {
        var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Always");
        await rehearsal.PassAsync(10, isAtWork: false);
        return rehearsal;
    }
}
