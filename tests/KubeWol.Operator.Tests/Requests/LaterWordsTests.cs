using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>A frame that an agent kept through an outage, and what was carried out in the meantime.</summary>
public sealed class LaterWordsTests
{
    private static readonly ResourceKey Late = new(Some.Agents, "heard");

    /// <summary>The frame calls for a wake of a stopped machine; what another request asked for, how many seconds after it, and how that ended.</summary>
    [Theory]
    [InlineData(WakeAction.Sleep, 30, WakePhase.Succeeded, true)]
    [InlineData(WakeAction.Sleep, 0.5, WakePhase.Succeeded, true)]
    [InlineData(WakeAction.Sleep, -1, WakePhase.Succeeded, false)] // the frame is the last word
    [InlineData(WakeAction.Sleep, 30, WakePhase.Failed, false)] // it was not carried out
    [InlineData(WakeAction.Wake, 30, WakePhase.Succeeded, false)]
    [InlineData(WakeAction.Move, 30, WakePhase.Succeeded, false)]
    [InlineData(WakeAction.Destroy, 30, WakePhase.Succeeded, true)]
    public async Task What_was_carried_out_later_is_not_undone(WakeAction action, double after, WakePhase phase, bool isUndone)
    {
        await using var world = await WorldAsync(Some.Vm());
        world.Store(Ended(action, after, phase));
        await world.PassAsync(Late);

        var status = world.Requests.Find(Late)!.Status!;
        Assert.Equal(isUndone ? WakeReason.Superseded : WakeReason.WaitingForStart, status.Reason);
        Assert.Equal(isUndone ? [] : ["start"], world.SubresourceCalls);
        if (isUndone) Assert.Equal($"arrived too late: the later WakeRequest team-a/other ({action}) was carried out before", status.Message);
    }

    [Theory]
    [InlineData(WakeAction.Wake, true)]
    [InlineData(WakeAction.Instantiate, true)]
    [InlineData(WakeAction.Sleep, false)]
    public async Task A_late_destruction_spares_what_was_woken_or_made_since(WakeAction since, bool isSpared)
    {
        await using var world = await WorldAsync(Some.Vm());
        world.Store(Ended(since, 30, WakePhase.Succeeded));
        var later = LaterWords.Of(world.Requests, new(world.Requests.Find(Late)!, WakeAction.Destroy), new(Some.Vm(), null));
        Assert.Equal(isSpared, later is not null);
    }

    /// <summary>A destruction that looks for its machine finds the one that a later wake has just made, which is not up yet.</summary>
    [Theory]
    [InlineData(WakeAction.Destroy, 30, true)]
    [InlineData(WakeAction.Sleep, 30, true)]
    [InlineData(WakeAction.Destroy, -1, false)]
    [InlineData(WakeAction.Wake, 30, false)]
    public async Task What_a_later_request_has_made_is_its_own(WakeAction mine, double after, bool isSpared)
    {
        var machine = Some.Vm();
        machine = machine with { Metadata = machine.Metadata with { Annotations = new Dictionary<string, string> { ["kubewol.io/created-by"] = "other" } } };
        await using var world = await WorldAsync(machine);
        world.Store(Ended(WakeAction.Wake, after, WakePhase.Running));
        Assert.Equal(isSpared, LaterWords.Of(world.Requests, new(world.Requests.Find(Late)!, mine), new(machine, null)) is not null);
    }

    [Theory]
    [InlineData(WakeAction.Destroy, 30, WakePhase.Succeeded, true)]
    [InlineData(WakeAction.Destroy, -1, WakePhase.Succeeded, false)]
    [InlineData(WakeAction.Destroy, 30, WakePhase.Failed, false)]
    [InlineData(WakeAction.Sleep, 30, WakePhase.Succeeded, false)]
    public async Task What_was_wanted_gone_later_is_not_made(WakeAction action, double after, WakePhase phase, bool isGone)
    {
        await using var world = await WorldAsync(Some.Vm());
        world.Store(Ended(action, after, phase));
        Assert.Equal(isGone, LaterWords.OfNobody(world.Requests, new(world.Requests.Find(Late)!, WakeAction.Wake)) is not null);
        Assert.Null(LaterWords.OfNobody(world.Requests, new(world.Requests.Find(Late)!, WakeAction.Move)));
    }

    [Fact]
    public async Task What_was_done_to_another_machine_of_the_name_does_not_count()
    {
        await using var world = await WorldAsync(Some.Vm());
        var other = Ended(WakeAction.Sleep, 30, WakePhase.Succeeded);
        world.Store(other with { Status = other.Status! with { VirtualMachine = other.Status.VirtualMachine! with { Uid = "before" } } });
        await world.PassAsync(Late);
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task What_a_frame_has_begun_it_finishes()
    {
        await using var world = await WorldAsync(Some.Vm());
        await world.PassAsync(Late);
        world.Store(Ended(WakeAction.Sleep, 30, WakePhase.Succeeded));
        await world.PassAsync(Late);
        Assert.Equal(WakeReason.WaitingForStart, world.Requests.Find(Late)!.Status!.Reason);
    }

    [Fact]
    public async Task Who_asks_by_hand_asks_now()
    {
        var request = Some.Request("team-a/by-hand");
        await using var world = await OperatorWorld.WithAsync(request, Some.Vm());
        world.Store(Ended(WakeAction.Sleep, 0.9, WakePhase.Succeeded));
        await world.PassAsync();
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    /// <summary>A minute after the frame its request arrives.</summary>
    private static async Task<OperatorWorld> WorldAsync(Api.KubeVirt.VirtualMachine machine)
    {
        var heard = Some.Heard();
        var world = await OperatorWorld.WithAsync(
            heard with
            {
                Metadata = heard.Metadata with { CreationTimestamp = Some.Noon.AddSeconds(60) },
                Spec = heard.Spec with { Frame = heard.Spec.Frame! with { CapturedAt = Some.Noon } },
            },
            machine);
        world.Time.Advance(TimeSpan.FromSeconds(60));
        return world;
    }

    private static WakeRequest Ended(WakeAction action, double after, WakePhase phase)
    {
        var request = Some.Heard();
        var at = Some.Noon.AddSeconds(after);
        return request with
        {
            Metadata = request.Metadata with { Namespace = "team-a", Name = "other", Uid = "other", ResourceVersion = Some.NextVersion(), CreationTimestamp = at },
            Spec = request.Spec with { Frame = request.Spec.Frame! with { CapturedAt = at } },
            Status = new()
            {
                Action = action,
                Phase = phase,
                Reason = WakeReason.Stopped,
                Operation = WakeOperation.Stop,
                CompletedAt = at,
                VirtualMachine = new() { Namespace = "team-a", Name = "web-01", Uid = Some.Vm().Metadata.Uid },
            },
        };
    }
}
