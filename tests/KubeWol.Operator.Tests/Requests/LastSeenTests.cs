using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Requests that find their machine by an address it once had: they follow the machine, not the address.</summary>
public sealed class LastSeenTests
{
    [Fact]
    public async Task A_wake_by_an_address_last_seen_ends_with_the_machine_started_under_another()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(macs: (string?)null).LastSeenBy(Some.Mac));

        await world.PassAsync();
        Assert.Equal(["start"], world.SubresourceCalls);
        // It comes up with an address of its own, and meanwhile somebody else has the old one.
        world.See(Some.Vmi(macs: "0a:58:0a:00:00:99"));
        world.See(Some.Vm(strategy: "Always", status: "Running", macs: (string?)null));
        world.See(Some.Vm("team-b/taker"));
        await world.PassAfterAsync(2);

        Assert.Equal((WakePhase.Succeeded, WakeReason.Started, "web-01"), (world.Status.Phase!.Value, world.Status.Reason!.Value, world.Status.VirtualMachine!.Name));
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task A_request_for_an_address_that_another_machine_has_now_does_not_hold_up_the_one_it_is_noted_on()
    {
        var sleeper = Some.Vm("team-a/sleeper", macs: (string?)null).LastSeenBy(Some.Mac);
        await using var world = await OperatorWorld.WithAsync(Some.Request(name: "sleeper"), sleeper, Some.Vm("team-a/taker"));
        world.Store(Some.Heard() with { Status = new() { Phase = WakePhase.Running, Reason = WakeReason.WaitingForStart } });

        await world.PassAsync();

        Assert.Equal(WakeReason.WaitingForStart, world.Status.Reason);
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task Two_requests_by_two_addresses_of_one_machine_take_turns()
    {
        var later = Some.Request("team-a/later", name: "web-01");
        await using var world = await OperatorWorld.WithAsync(
            later with { Metadata = later.Metadata with { CreationTimestamp = Some.Noon.AddSeconds(1) } }, Some.Vm(macs: (string?)null).LastSeenBy(Some.Mac));
        world.Store(Some.Heard());

        await world.PassAsync();

        Assert.Equal(WakeReason.WaitingForTurn, world.Status.Reason);
        Assert.Empty(world.SubresourceCalls);
    }
}
