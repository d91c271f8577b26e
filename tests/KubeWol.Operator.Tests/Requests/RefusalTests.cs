using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Requests that end without a machine that runs.</summary>
public sealed class RefusalTests
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task An_unknown_target_is_looked_for_and_then_refused()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard());

        Assert.Equal(Requeue.After(LookAgain), await world.PassAsync());
        Assert.Equal((WakePhase.Pending, WakeReason.LookingForTarget), (world.Status.Phase, world.Status.Reason));
        Assert.StartsWith("Resolved=Unknown LookingForTarget", world.Conditions[1], StringComparison.Ordinal);
        await world.PassAfterAsync(5);

        Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (world.Status.Phase, world.Status.Reason));
        Assert.StartsWith("Resolved=False UnknownTarget", world.Conditions[1], StringComparison.Ordinal);
        Assert.StartsWith("Completed=False UnknownTarget", world.Conditions[2], StringComparison.Ordinal);
        Assert.Equal(["Warning UnknownTarget WakeRequest kubewol-system/heard: " + world.Status.Message], await world.ToldAsync());
    }

    [Fact]
    public async Task Two_machines_with_one_address_are_both_left_alone()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm("team-a/web-01"), Some.Vm("team-b/web-02"));

        await world.PassAsync();

        Assert.Equal((WakePhase.Failed, WakeReason.AmbiguousTarget), (world.Status.Phase, world.Status.Reason));
        Assert.Empty(world.SubresourceCalls);
        Assert.Null(world.Status.VirtualMachine);
        Assert.StartsWith("Resolved=False AmbiguousTarget", world.Conditions[1], StringComparison.Ordinal);
        Assert.StartsWith(
            "Warning AmbiguousTarget WakeRequest kubewol-system/heard", Assert.Single(await world.ToldAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_deadline_the_request_fails_with_the_last_word()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(deadline: 60), Some.Vm());

        await world.PassAsync();
        world.See(Some.Vm(strategy: "Always", status: "CrashLoopBackOff"));
        await world.PassAfterAsync(10);
        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(2)), await world.PassAfterAsync(48));
        await world.PassAfterAsync(2);

        Assert.Equal((WakePhase.Failed, WakeReason.DeadlineExceeded), (world.Status.Phase, world.Status.Reason));
        Assert.Equal(
            "not done within 60 s; the last word was: team-a/web-01 does not come up yet; KubeVirt shows CrashLoopBackOff and goes on trying",
            world.Status.Message);
        Assert.Equal(new() { Before = "Stopped", After = "CrashLoopBackOff", Generation = 0 }, world.Status.Observed);
        Assert.Equal(Some.Noon.AddSeconds(60), world.Status.CompletedAt);
    }

    [Fact]
    public async Task A_machine_that_comes_up_just_before_anybody_looks_after_the_deadline_is_a_success()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(deadline: 60), Some.Vm());

        await world.PassAsync();
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(61);

        Assert.Equal(WakePhase.Succeeded, world.Status.Phase);
    }

    [Fact]
    public async Task A_request_that_was_never_looked_at_in_time_fails_without_touching_the_machine()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm());

        await world.PassAfterAsync(300);

        Assert.Equal((WakeReason.DeadlineExceeded, "not done within 300 s; team-a/web-01 is Stopped"), (world.Status.Reason, world.Status.Message));
        Assert.Empty(world.SubresourceCalls);
    }

    [Theory]
    [InlineData(403, "admission webhook \"quota\" denied the request: not today", WakeReason.Refused)]
    [InlineData(422, "the request is invalid", WakeReason.Refused)]
    public async Task What_can_never_succeed_ends_at_once(int status, string words, WakeReason reason)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(Answer.Refuse(status, "No", words));

        await world.PassAsync();

        Assert.Equal((WakePhase.Failed, reason, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
        Assert.Equal(1, world.StatusWrites);
        Assert.Equal(2, (await world.ToldAsync()).Count);
    }

    [Fact]
    public async Task A_denied_right_ends_a_request_only_when_it_is_denied_again_after_five_seconds() // a server that has just started denies everything
    {
        const string Words = "User \"operator\" cannot update resource \"virtualmachines/start\"";
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        for (var i = 0; i < 3; i++) world.KubeVirtSays.Enqueue(Answer.Refuse(403, "Forbidden", Words));

        await world.PassAsync();
        await world.PassAfterAsync(4.9);
        Assert.Equal((WakePhase.Pending, WakeReason.WaitingForKubeVirt), (world.Status.Phase, world.Status.Reason));
        await world.PassAfterAsync(0.1);

        Assert.Equal((WakePhase.Failed, WakeReason.Forbidden, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
    }

    [Fact]
    public async Task A_right_that_is_denied_only_while_the_API_server_starts_is_no_obstacle()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.Time.Advance(TimeSpan.FromSeconds(60)); // an old request, too, is asked for once more
        world.KubeVirtSays.Enqueue(Answer.Refuse(403, "Forbidden", "User \"operator\" cannot update resource \"virtualmachines/start\""));

        await world.PassAsync();
        await world.PassAfterAsync(5);

        Assert.Equal((WakePhase.Running, WakeOperation.Start), (world.Status.Phase, world.Status.Operation));
    }

    [Fact]
    public async Task An_action_of_a_newer_version_is_refused_without_touching_the_machine()
    {
        var request = Some.Request();
        await using var world = await OperatorWorld.WithAsync(request with { Spec = request.Spec with { Action = WakeAction.Unknown } }, Some.Vm());

        await world.PassAsync();

        Assert.Equal((WakePhase.Failed, WakeReason.UnsupportedAction), (world.Status.Phase, world.Status.Reason));
        Assert.Empty(world.SubresourceCalls);
    }

    [Fact]
    public async Task A_machine_that_is_deleted_while_it_is_waited_for_ends_the_request()
    {
        var machine = Some.Vm();
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), machine);
        await world.PassAsync();

        world.See(machine with { Metadata = machine.Metadata with { ResourceVersion = Some.NextVersion(), DeletionTimestamp = Some.Noon } });
        await world.PassAfterAsync(1);

        Assert.Equal((WakePhase.Failed, WakeReason.TargetTerminating), (world.Status.Phase, world.Status.Reason));
    }

    [Fact]
    public async Task A_machine_that_vanishes_while_it_is_waited_for_ends_the_request()
    {
        var machine = Some.Vm();
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), machine);
        await world.PassAsync();

        world.Lose(machine);
        await world.PassAfterAsync(6);

        Assert.Equal((WakePhase.Failed, WakeReason.TargetVanished), (world.Status.Phase, world.Status.Reason));
        Assert.Equal("web-01", world.Status.VirtualMachine!.Name); // what was found stays told
    }
}
