using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>KubeVirt says no, says later, or says nothing.</summary>
public sealed class KubeVirtTroubleTests
{
    /// <summary>A new leader's watch may be behind what the last leader did, and a machine must not be started for a request that is done with.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_done_for_a_request_from_before_that_the_last_leader_has_finished(bool isFinished)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        if (isFinished) world.WriteBehindTheCache(new WakeRequestStatus { Phase = WakePhase.Succeeded, Reason = WakeReason.AlreadyActive, CompletedAt = world.Time.GetUtcNow() });
        world.LeadsSince = long.MaxValue;
        if (isFinished) Assert.True((await Assert.ThrowsAsync<ApiException>(() => world.PassAsync())).IsConflict); // looked at again, as after any lost race
        else await world.PassAsync();

        Assert.Equal(isFinished ? [] : ["start"], world.SubresourceCalls);
    }

    /// <summary>The newest request is not slower for it.</summary>
    [Theory]
    [InlineData(0, 2)]
    [InlineData(long.MaxValue, 3)]
    public async Task A_request_that_came_since_takes_no_call_more(long leadsSince, int calls)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.LeadsSince = leadsSince;
        await world.PassAsync();

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal(calls, world.Calls.Count);
    }

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_KubeVirt_out_of_reach_is_waited_for_and_shown()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(Answer.Refuse(503, "ServiceUnavailable", "the server is currently unable to handle the request"));

        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(0.25)), await world.PassAsync());
        Assert.Equal((WakePhase.Pending, WakeReason.WaitingForKubeVirt), (world.Status.Phase, world.Status.Reason));
        Assert.Equal("KubeVirt cannot be asked just now, trying again: the server is currently unable to handle the request", world.Status.Message);
        Assert.Equal(Requeue.After(LookAgain), await world.PassAfterAsync(0.25));

        Assert.Equal((WakePhase.Running, WakeReason.WaitingForStart), (world.Status.Phase, world.Status.Reason));
    }

    [Theory]
    [InlineData(0, 0.25)] // "at once" still is not a busy loop
    [InlineData(7, 7)]
    [InlineData(3600, 300)] // not beyond the request's deadline
    public async Task A_KubeVirt_that_asks_to_be_left_alone_is_within_reason(int asked, double waited)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(Answer.Refuse(429, "TooManyRequests", "too many requests", asked));

        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(waited)), await world.PassAsync());
    }

    [Fact]
    public async Task Whatever_it_waits_for_a_request_is_looked_at_at_its_deadline()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(2)), await world.PassAfterAsync(298));
    }

    [Fact]
    public async Task Asking_too_early_again_and_again_is_no_busy_loop_and_writes_the_status_once()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        for (var i = 0; i < 1000; i++) world.KubeVirtSays.Enqueue(Answer.Refuse(409, "Conflict", "VM is already running"));

        var delays = new List<double>();
        for (var next = await world.PassAsync(); world.Status.CompletedAt is null; next = await world.PassAsync())
        {
            delays.Add(next.Delay!.Value.TotalSeconds);
            world.Time.Advance(next.Delay.Value);
        }

        Assert.Equal(delays.SkipLast(1).Order(), delays.SkipLast(1)); // calmer and calmer; only the last wait is cut short by the deadline
        Assert.Equal((0.25, 5), (delays[0], delays.Max()));
        Assert.InRange(world.SubresourceCalls.Count, 50, 90);
        Assert.Equal(2, world.StatusWrites);
        Assert.Equal(
            "not done within 300 s; the last word was: team-a/web-01 could not be woken just now, trying again; KubeVirt says: VM is already running",
            world.Status.Message);
        Assert.Equal((WakeOperation.None, null), (world.Status.Operation, world.Status.IssuedAt)); // nothing was accepted, so nothing was done
    }

    [Fact]
    public async Task A_start_that_came_too_early_is_decided_anew_on_a_fresh_reading()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.WriteBehindTheCache(Some.Vm(strategy: "Always", status: "Starting")); // another was faster, and the watch has not told yet
        world.KubeVirtSays.Enqueue(Answer.Refuse(409, "Conflict", "Always does not support manual start requests"));

        await world.PassAsync();
        await world.PassAfterAsync(0.25);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(1);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal((WakeReason.AlreadyActive, "team-a/web-01 was Stopped and runs now"), (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_start_whose_answer_was_lost_is_asked_for_again_where_the_machine_shows_nothing_of_it()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(new(Answer.Cut));

        await world.PassAsync();
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForKubeVirt, WakeOperation.Start), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
        await world.PassAfterAsync(0.25);

        Assert.Equal(["start", "start"], world.SubresourceCalls);
        Assert.Equal("GET /apis/kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01", world.Calls[^3]); // then the start, and the report
        Assert.Equal((WakePhase.Running, WakeReason.WaitingForStart), (world.Status.Phase, world.Status.Reason));
    }

    [Fact]
    public async Task A_start_that_was_done_although_its_answer_was_lost_is_not_asked_for_again()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(new(Answer.Cut));

        await world.PassAsync();
        world.WriteBehindTheCache(Some.Vm(strategy: "Always", status: "Starting"));
        await world.PassAfterAsync(0.25);
        await world.PassAfterAsync(1);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(1);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started), (world.Status.Phase, world.Status.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_somebody_has_stopped_since_it_was_started_is_not_started_again(bool isAnswered)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Generation(7, Some.Vm()));
        if (!isAnswered) world.KubeVirtSays.Enqueue(new(Answer.Cut));

        await world.PassAsync();
        world.See(Generation(9, Some.Vm()));
        await world.PassAfterAsync(30);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal(
            (WakePhase.Failed, WakeReason.StoppedMeanwhile, "team-a/web-01 was started, and somebody has stopped it before it was ready"),
            (world.Status.Phase, world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task What_somebody_has_edited_since_it_was_to_be_started_is_started()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Generation(7, Some.Vm()));
        world.KubeVirtSays.Enqueue(new(Answer.Cut));

        await world.PassAsync();
        world.See(Generation(8, Some.Vm()));
        await world.PassAfterAsync(1);

        Assert.Equal(["start", "start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task An_end_that_was_reported_although_the_answer_was_lost_is_told_once()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Always", status: "Running"));
        var (respond, isLost) = (world.Api.Respond, false);
        world.Api.Respond = call =>
        {
            var answer = respond(call);
            if (call.Method != "PATCH" || isLost) return answer;
            isLost = true;
            return new(Answer.Cut);
        };

        await Assert.ThrowsAsync<HttpRequestException>(world.PassAsync);
        world.SeeRequests();
        for (var i = 0; i < 2; i++) await world.PassAfterAsync(1);

        Assert.Equal(["Normal AlreadyActive WakeRequest kubewol-system/heard", "Normal AlreadyActive VirtualMachine team-a/web-01"], (await world.ToldAsync()).Select(t => t.Split(':')[0]));
        Assert.Equal(1, await world.Registry.ValueAsync("""kubewol_requests_total{action="Wake",phase="Succeeded",reason="AlreadyActive"}"""));
    }

    [Fact]
    public async Task What_was_done_and_could_not_be_reported_is_not_done_again_and_is_reported_later()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        var (respond, isAway) = (world.Api.Respond, true);
        world.Api.Respond = call => call.Method == "PATCH" && isAway ? new(Answer.Cut) : respond(call);
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(world.PassAsync);
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        isAway = false;
        await world.PassAsync();
        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal((WakeOperation.Start, Some.Noon), (world.Status.Operation, world.Status.IssuedAt));
    }

    private static VirtualMachine Generation(long generation, VirtualMachine machine) => machine with { Metadata = machine.Metadata with { Generation = generation } };
}
