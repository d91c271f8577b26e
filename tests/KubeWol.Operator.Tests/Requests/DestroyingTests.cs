using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Machines that are deleted, and only those.</summary>
public sealed class DestroyingTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Path = "/apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01";

    [Fact]
    public async Task The_very_machine_is_deleted_and_its_disks_follow_by_their_own_ownership()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy), Some.Vm(strategy: "Always", status: "Running"));

        await world.PassAsync();

        Assert.Equal($"DELETE {Path}", $"{world.Api.Calls[0]}");
        Assert.Equal(
            """{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"uid-of-team-a-web-01"},"propagationPolicy":"Background"}""", world.Api.Calls[0].Body);
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForDeletion, WakeOperation.Delete), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
    }

    [Fact]
    public async Task It_is_done_when_the_machine_is_gone_and_not_before()
    {
        var machine = Some.Vm(strategy: "Always", status: "Running");
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy), machine);

        await world.PassAsync();
        machine = machine with { Metadata = machine.Metadata with { ResourceVersion = Some.NextVersion(), DeletionTimestamp = Some.Noon } };
        world.See(machine); // a finalizer holds it back
        await world.PassAfterAsync(30);
        Assert.Equal(WakeReason.WaitingForDeletion, world.Status.Reason);
        world.Lose(machine);
        await world.PassAfterAsync(1);

        Assert.Equal((WakePhase.Succeeded, WakeReason.Destroyed, "team-a/web-01 was deleted and is gone"), (world.Status.Phase, world.Status.Reason, world.Status.Message));
        Assert.Single(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal));
        Assert.Equal(
            ["Normal Destroyed WakeRequest team-a/ask: team-a/web-01 was deleted and is gone"], await world.ToldAsync());
    }

    [Fact]
    public async Task A_machine_that_never_goes_ends_at_the_deadline()
    {
        var machine = Some.Vm();
        machine = machine with { Metadata = machine.Metadata with { DeletionTimestamp = Some.Noon } };
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy), machine);

        await world.PassAsync();
        await world.PassAfterAsync(300);

        Assert.Equal(
            (WakeReason.DeadlineExceeded, "not done within 300 s; the last word was: team-a/web-01 is being deleted"), (world.Status.Reason, world.Status.Message));
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_machine_that_takes_the_name_is_left_alone()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create("team-a/web-01", "Halted");
        rehearsal.Show();
        rehearsal.Lag = TimeSpan.FromSeconds(2);
        rehearsal.KubeVirt.DeleteVm("team-a/web-01"); // by somebody else, and made anew, before the watch can tell
        rehearsal.KubeVirt.Create("team-a/web-01", "Halted");
        rehearsal.Ask(Some.Asking(WakeAction.Destroy));
        await rehearsal.PlayAsync();

        Assert.Empty(rehearsal.KubeVirt.Effects);
        Assert.NotNull(rehearsal.KubeVirt["team-a/web-01"].Vm);
        Assert.Equal(WakeReason.Destroyed, rehearsal.StatusOf().Reason); // the one that was meant is gone
    }

    [Fact]
    public async Task Who_may_not_delete_is_told()
    {
        const string Words = "virtualmachines.kubevirt.io \"web-01\" is forbidden: User \"operator\" cannot delete resource \"virtualmachines\"";
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy), Some.Vm());
        world.Instead.Enqueue(Answer.Refuse(403, "Forbidden", Words));
        await world.PassAsync();
        world.Instead.Enqueue(Answer.Refuse(403, "Forbidden", Words));
        await world.PassAfterAsync(5);

        Assert.Equal((WakeReason.Forbidden, $"KubeWol is not allowed to delete team-a/web-01; the API server says: {Words}"), (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task What_is_not_there_is_not_deleted()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy));

        await world.PassAsync();
        Assert.Equal(WakeReason.LookingForTarget, world.Status.Reason);
        await world.PassAfterAsync(5);

        Assert.Equal((WakePhase.Succeeded, WakeReason.AlreadyGone, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
    }

    [Fact]
    public async Task Two_machines_with_one_address_are_both_left_alone()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Destroy), Some.Vm("team-a/web-01"), Some.Vm("team-a/web-02"));

        await world.PassAsync();

        Assert.Equal(WakeReason.AmbiguousTarget, world.Status.Reason);
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("DELETE", StringComparison.Ordinal));
    }
}
