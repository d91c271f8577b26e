using System.Text;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Every sentence a person can meet, to be read as one.</summary>
public sealed class MessagesTests
{
    private const string Sentences = """
        Started: team-a/web-01 was Stopped; it was started and is ready on node-b
        Started: team-a/web-01 was DataVolumeError; it was started and is ready on node-b
        Unpaused: team-a/web-01 was paused; it runs again on node-b
        AlreadyActive: team-a/web-01 runs already on node-b
        AlreadyActive: team-a/web-01 was Migrating and runs now on node-b
        AlreadyActive: team-a/web-01 was Stopped and runs now

        LookingForTarget: no VirtualMachine in the cluster has the MAC address 52:54:00:12:34:56; looking for it for 5 s, in case it is being created
        LookingForTarget: no VirtualMachine in namespace team-a has the MAC address 52:54:00:12:34:56; looking for it for 5 s, in case it is being created
        LookingForTarget: there is no VirtualMachine team-a/web-01; looking for it for 5 s, in case it is being created
        WaitingForStart: team-a/web-01 is on its way up
        WaitingForStart: team-a/web-01 is being unpaused
        WaitingForStart: team-a/web-01 runs, but is not ready yet
        WaitingForStart: team-a/web-01 could not be woken just now, trying again; KubeVirt says: VM is already running
        WaitingForStop: team-a/web-01 is stopping; it will be started then
        WaitingForMigration: team-a/web-01 is being migrated
        WaitingForRecovery: team-a/web-01 does not come up yet; KubeVirt shows CrashLoopBackOff and goes on trying
        WaitingForRecovery: team-a/web-01 does not come up yet; KubeVirt shows Stopped (exceeded quota: pods) and goes on trying
        WaitingForKubeVirt: KubeVirt cannot be asked just now, trying again: Connection refused

        UnknownTarget: no VirtualMachine in the cluster has the MAC address 52:54:00:12:34:56; a machine that is off is known only by the addresses in its spec
        UnknownTarget: no VirtualMachine in namespace team-a has the MAC address 52:54:00:12:34:56; a machine that is off is known only by the addresses in its spec
        UnknownTarget: there is no VirtualMachine team-a/web-01
        AmbiguousTarget: 2 VirtualMachines have the MAC address 52:54:00:12:34:56: team-a/web-01, team-b/web-01; none was touched. Give each an address of its own
        AmbiguousTarget: 7 VirtualMachines have the MAC address 52:54:00:12:34:56: team-a/m1, team-a/m2, team-a/m3, team-a/m4, team-a/m5 and 2 more; none was touched. Give each an address of its own
        TargetTerminating: team-a/web-01 is being deleted
        NotStartable: team-a/web-01 has had its one run; change its run strategy from Once to start it again
        NotStartable: team-a/web-01 waits for a migration from elsewhere (run strategy WaitAsReceiver) and cannot be started
        Forbidden: KubeWol is not allowed to wake team-a/web-01; the API server says: User "operator" cannot update resource "virtualmachines/start"
        Refused: KubeVirt refuses to wake team-a/web-01; it says: the request is invalid
        UnsupportedAction: this version of KubeWol does not know that action; it knows Wake
        DeadlineExceeded: not done within 300 s; the last word was: team-a/web-01 is on its way up
        DeadlineExceeded: not done within 60 s; team-a/web-01 is Stopped
        """;

    private static readonly WakeRequest Heard = Some.Heard();
    private static readonly WakeRequest Tenants = Some.Request();
    private static readonly WakeRequest Named = Some.Request(name: "web-01");

    [Fact]
    public void Each_reason_has_a_sentence_that_says_what_happened_and_what_to_do()
    {
        string[] said =
        [
            Say(new Plan.Done(WakeReason.Started), Was("Stopped"), Machine("Always", "Running")),
            Say(new Plan.Done(WakeReason.Started), Was("DataVolumeError"), Machine("Always", "Running")),
            Say(new Plan.Done(WakeReason.Unpaused), Was("Paused"), Machine("Always", "Running")),
            Say(new Plan.Done(WakeReason.AlreadyActive), Heard, Machine("Always", "Running")),
            Say(new Plan.Done(WakeReason.AlreadyActive), Was("Migrating"), Machine("Always", "Running")),
            Say(new Plan.Done(WakeReason.AlreadyActive), Was("Stopped"), new Machine(Some.Vm(status: "Running"), null)),
            "",
            Say(Wait(WakeReason.LookingForTarget), Heard),
            Say(Wait(WakeReason.LookingForTarget), Tenants),
            Say(Wait(WakeReason.LookingForTarget), Named),
            Say(new Plan.Act(WakeOperation.Start, WakeReason.WaitingForStart), Heard, Machine("Halted", "Stopped")),
            Say(new Plan.Act(WakeOperation.Unpause, WakeReason.WaitingForStart), Heard, Machine("Always", "Paused")),
            Say(Wait(WakeReason.WaitingForStart), Was("Stopped"), Machine("Always", "Running")),
            Say(Wait(WakeReason.WaitingForStart), Heard, "VM is already running", Machine("Halted", "Stopped")),
            Say(Wait(WakeReason.WaitingForStop), Heard, Machine("Halted", "Stopping")),
            Say(Wait(WakeReason.WaitingForMigration), Heard, Machine("Always", "Migrating")),
            Say(Wait(WakeReason.WaitingForRecovery), Heard, Machine("Always", "CrashLoopBackOff")),
            Say(Wait(WakeReason.WaitingForRecovery), Heard, Machine("Always", "Stopped", failure: "exceeded quota: pods")),
            Say(Wait(WakeReason.WaitingForKubeVirt), Heard, "Connection refused", Machine("Halted", "Stopped")),
            "",
            Say(new Plan.Refuse(WakeReason.UnknownTarget), Heard),
            Say(new Plan.Refuse(WakeReason.UnknownTarget), Tenants),
            Say(new Plan.Refuse(WakeReason.UnknownTarget), Named),
            Say(new Plan.Refuse(WakeReason.AmbiguousTarget), Heard, [.. Machines("team-b/web-01", "team-a/web-01")]),
            Say(new Plan.Refuse(WakeReason.AmbiguousTarget), Heard, [.. Machines([.. Enumerable.Range(1, 7).Select(i => $"team-a/m{i}")])]),
            Say(new Plan.Refuse(WakeReason.TargetTerminating), Heard, Machine("Always", "Terminating")),
            Say(new Plan.Refuse(WakeReason.NotStartable), Heard, new Machine(Some.Vm(strategy: "Once"), Some.Vmi(phase: "Succeeded"))),
            Say(new Plan.Refuse(WakeReason.NotStartable), Heard, Machine("WaitAsReceiver", "WaitingForReceiver")),
            Say(
                new Plan.Refuse(WakeReason.Forbidden), Heard, "User \"operator\" cannot update resource \"virtualmachines/start\"",
                Machine("Halted", "Stopped")),
            Say(new Plan.Refuse(WakeReason.Refused), Heard, "the request is invalid", Machine("Halted", "Stopped")),
            Say(new Plan.Refuse(WakeReason.UnsupportedAction), Heard, Machine("Halted", "Stopped")),
            Say(
                new Plan.Refuse(WakeReason.DeadlineExceeded), Heard with { Status = new() { Message = "team-a/web-01 is on its way up" } },
                Machine("Always", "Starting")),
            Say(new Plan.Refuse(WakeReason.DeadlineExceeded), Some.Request(deadline: 60), Machine("Halted", "Stopped")),
        ];

        Assert.Equal(Sentences, string.Join('\n', said));
    }

    [Fact]
    public void No_reason_is_without_a_sentence()
    {
        WakeReason[] onlyInConditions = [WakeReason.Unknown, WakeReason.TargetFound, WakeReason.DefaultPolicy];

        Assert.Equal(
            Enum.GetValues<WakeReason>().Except(onlyInConditions).Select(r => $"{r}").Order(),
            Sentences.Split('\n').Where(s => s.Length > 0).Select(s => s.Split(':')[0]).Distinct().Order());
    }

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("exactly 10", 10, "exactly 10")]
    [InlineData("eleven long", 10, "eleven …")]
    [InlineData("ääääää", 10, "äää…")] // 12 bytes; the ellipsis takes 3
    [InlineData("äää€€", 12, "äää€€")]
    [InlineData("🦆🦆🦆🦆", 12, "🦆🦆…")] // a duck is never cut in half
    [InlineData("", 10, "")]
    public void A_text_is_cut_to_a_number_of_bytes(string text, int bytes, string cut)
    {
        Assert.Equal(cut, Messages.Cut(text, bytes));
        Assert.InRange(Encoding.UTF8.GetByteCount(Messages.Cut(text, bytes)), 0, bytes);
    }

    private static string Say(Plan plan, WakeRequest request, params IReadOnlyList<Machine> found) => Say(plan, request, null, found);

    private static string Say(Plan plan, WakeRequest request, string? words, params IReadOnlyList<Machine> found) =>
        $"{plan.Reason}: {Messages.For(request, found, plan, words, Some.Options.ReachesAll(request))}";

    private static Plan.Wait Wait(WakeReason reason) => new(reason, TimeSpan.Zero);

    private static WakeRequest Was(string state) => Heard with { Status = new() { Observed = new() { Before = state } } };

    private static Machine Machine(string strategy, string status, string? failure = null)
    {
        var machine = Some.Vm(strategy: strategy, status: status);
        if (failure is not null) machine = machine with { Status = machine.Status! with { Conditions = [new KubeVirtCondition("Failure", "True", "FailedCreate", failure)] } };
        return new(machine, Some.Vmi(phase: failure is null ? "Running" : "Failed"));
    }

    private static IEnumerable<Machine> Machines(params IEnumerable<string> keys) => keys.Select(k => new Machine(Some.Vm(k), null));
}
