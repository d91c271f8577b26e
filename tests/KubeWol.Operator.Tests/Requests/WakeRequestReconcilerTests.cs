using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Requests from their first look to their end.</summary>
public sealed class WakeRequestReconcilerTests
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    private static readonly string[] WakeOfAStoppedMachine =
    [
        "PUT /apis/subresources.kubevirt.io/v1/namespaces/team-a/virtualmachines/web-01/start",
        "PATCH /apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests/heard/status",
        "PATCH /apis/kubewol.io/v1alpha1/namespaces/kubewol-system/wakerequests/heard/status",
        "POST /apis/events.k8s.io/v1/namespaces/kubewol-system/events",
        "POST /apis/events.k8s.io/v1/namespaces/team-a/events",
    ];

    [Fact]
    public async Task A_frame_starts_a_stopped_machine_with_five_calls_and_no_more()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        Assert.Equal(Requeue.After(LookAgain), await world.PassAsync());
        world.See(Some.Vm(strategy: "Always", status: "Stopped"));
        await world.PassAfterAsync(0.1);
        world.See(Some.Vm(strategy: "Always", status: "Starting"));
        await world.PassAfterAsync(0.4);
        world.See(Some.Vmi());
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        Assert.Equal(Requeue.After(TimeSpan.FromHours(1)), await world.PassAfterAsync(2));

        Assert.Equal(
            [
                "Normal Started WakeRequest kubewol-system/heard: team-a/web-01 was Stopped; it was started and is ready on node-b",
                "Normal Started VirtualMachine team-a/web-01: team-a/web-01 was Stopped; it was started and is ready on node-b (a Wake-on-LAN message from 192.0.2.7, heard on node-a bond0)",
            ],
            await world.ToldAsync());
        Assert.Equal(WakeOfAStoppedMachine, world.Calls.SkipLast(1));
        Assert.Equal(WakePhase.Succeeded, world.Status.Phase);
        Assert.Equal(WakeReason.Started, world.Status.Reason);
        Assert.Equal(WakeAction.Wake, world.Status.Action);
        Assert.Equal(WakeOperation.Start, world.Status.Operation);
        Assert.Equal(new() { Namespace = "team-a", Name = "web-01", Uid = "uid-of-team-a-web-01" }, world.Status.VirtualMachine);
        Assert.Equal(new() { Before = "Stopped", After = "Running", NodeAfter = "node-b" }, world.Status.Observed);
    }

    [Fact]
    public async Task The_status_carries_the_times_of_each_stage_to_the_microsecond()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm());
        world.Time.Advance(TimeSpan.FromMicroseconds(123_456));

        await world.PassAsync();
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(2.5);

        Assert.Equal(Some.Noon.AddMicroseconds(123_456), world.Status.AcceptedAt);
        Assert.Equal(Some.Noon.AddMicroseconds(123_456), world.Status.IssuedAt);
        Assert.Equal(Some.Noon.AddMicroseconds(2_623_456), world.Status.CompletedAt);
        Assert.Contains("\"acceptedAt\":\"2026-11-22T12:00:00.123456Z\"", world.Api.Calls.First(c => c.Method == "PATCH").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acceptance_is_when_the_request_was_first_seen_and_issue_is_when_KubeVirt_had_said_yes()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm());
        var respond = world.Api.Respond;
        world.Api.Respond = call =>
        {
            if (call.Method == "PUT") world.Time.Advance(TimeSpan.FromMilliseconds(135));
            return respond(call);
        };

        await world.PassAsync();

        Assert.Equal((Some.Noon, Some.Noon.AddMilliseconds(135)), (world.Status.AcceptedAt, world.Status.IssuedAt));
    }

    [Fact]
    public async Task The_conditions_tell_the_story_and_their_times_move_only_with_their_status()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm());

        await world.PassAfterAsync(1);
        Assert.Equal(
            [
                "Authorized=True DefaultPolicy 12:00:01: no policies apply: every machine may be woken",
                "Resolved=True TargetFound 12:00:01: team-a/web-01",
                "Completed=Unknown WaitingForStart 12:00:01: team-a/web-01 is on its way up",
            ],
            Conditions(world));

        world.See(Some.Vm(strategy: "Always", status: "ErrorUnschedulable"));
        await world.PassAfterAsync(2);
        Assert.Equal("Completed=Unknown WaitingForRecovery 12:00:01: team-a/web-01 does not come up yet; KubeVirt shows ErrorUnschedulable and goes on trying", Conditions(world)[2]);

        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(3);
        Assert.Equal(
            [
                "Authorized=True DefaultPolicy 12:00:01: no policies apply: every machine may be woken",
                "Resolved=True TargetFound 12:00:01: team-a/web-01",
                "Completed=True Started 12:00:06: team-a/web-01 was Stopped; it was started and is ready",
            ],
            Conditions(world));
        Assert.All(world.Status.Conditions!, c => Assert.Equal(1, c.ObservedGeneration));
    }

    [Fact]
    public async Task A_pass_that_changes_nothing_writes_nothing()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm(strategy: "Always", status: "Starting"));

        await world.PassAsync();
        for (var i = 0; i < 10; i++) await world.PassAfterAsync(1);

        Assert.Equal(["PATCH /apis/kubewol.io/v1alpha1/namespaces/team-a/wakerequests/wake/status"], world.Calls);
        Assert.Equal((WakePhase.Pending, WakeReason.WaitingForStart), (world.Status.Phase, world.Status.Reason));
    }

    [Fact]
    public async Task A_paused_machine_is_unpaused()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Manual", status: "Paused"));
        world.See(Some.Vmi());

        await world.PassAsync();
        Assert.Equal("team-a/web-01 is being unpaused", world.Status.Message);
        await world.PassAfterAsync(0.1);
        world.See(Some.Vm(strategy: "Manual", status: "Running"));
        await world.PassAfterAsync(0.1);

        Assert.Equal(["unpause"], world.SubresourceCalls);
        Assert.Equal((WakeReason.Unpaused, WakeOperation.Unpause, "team-a/web-01 was paused; it runs again on node-b"), (world.Status.Reason, world.Status.Operation, world.Status.Message));
        Assert.Equal(new() { Before = "Paused", NodeBefore = "node-b", After = "Running", NodeAfter = "node-b" }, world.Status.Observed);
        Assert.Equal(2, world.StatusWrites);
    }

    [Fact]
    public async Task A_running_machine_is_left_alone_with_one_write()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(status: "Running", strategy: "Always"));

        await world.PassAsync();

        Assert.Equal((WakePhase.Succeeded, WakeReason.AlreadyActive, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
        Assert.Equal((1, 0), (world.StatusWrites, world.SubresourceCalls.Count));
        Assert.Null(world.Status.IssuedAt);
    }

    [Fact]
    public async Task A_machine_that_runs_when_first_found_is_not_waited_for_until_it_is_ready()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Always").Now("Running", ready: false));

        await world.PassAsync();

        Assert.Equal(WakeReason.AlreadyActive, world.Status.Reason);
    }

    [Fact]
    public async Task A_started_machine_is_done_only_when_it_is_ready()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        await world.PassAsync();
        world.See(Some.Vm(strategy: "Always").Now("Running", ready: false));
        await world.PassAfterAsync(1);
        Assert.Equal((WakePhase.Running, "team-a/web-01 runs, but is not ready yet"), (world.Status.Phase, world.Status.Message));

        world.See(Some.Vm(strategy: "Always").Now("Running", ready: true));
        await world.PassAfterAsync(1);
        Assert.Equal(WakeReason.Started, world.Status.Reason);
    }

    [Fact]
    public async Task A_machine_that_was_on_its_way_up_when_first_found_is_done_only_when_it_is_ready()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Always", status: "Starting"));

        await world.PassAsync();
        world.See(Some.Vm(strategy: "Always").Now("Running", ready: false));
        await world.PassAfterAsync(1);
        Assert.Equal((WakePhase.Pending, "team-a/web-01 runs, but is not ready yet"), (world.Status.Phase, world.Status.Message));

        world.See(Some.Vm(strategy: "Always").Now("Running", ready: true));
        await world.PassAfterAsync(1);
        Assert.Equal((WakeReason.AlreadyActive, "team-a/web-01 was Starting and runs now"), (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_stopping_machine_is_waited_for_and_started_then()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(status: "Stopping"));

        await world.PassAsync();
        Assert.Equal((WakePhase.Pending, WakeReason.WaitingForStop), (world.Status.Phase, world.Status.Reason));
        Assert.Empty(world.SubresourceCalls);
        world.See(Some.Vm(status: "Stopped"));
        await world.PassAfterAsync(6);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(6);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal((WakeReason.Started, "Stopping"), (world.Status.Reason, world.Status.Observed!.Before));
    }

    [Fact]
    public async Task A_wake_that_falls_into_the_moment_of_a_stop_is_not_lost()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Halted", status: "Running"));

        await world.PassAsync();
        Assert.Equal(WakeReason.WaitingForStop, world.Status.Reason);
        world.See(Some.Vm(status: "Stopped"));
        await world.PassAfterAsync(1);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(1);

        Assert.Equal((WakeReason.Started, 1), (world.Status.Reason, world.SubresourceCalls.Count));
    }

    [Fact]
    public async Task A_start_that_leaves_no_trace_is_issued_again_after_fifteen_seconds()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        await world.PassAsync();
        await world.PassAfterAsync(5);
        await world.PassAfterAsync(9);
        Assert.Single(world.SubresourceCalls);
        await world.PassAfterAsync(1);

        Assert.Equal(["start", "start"], world.SubresourceCalls);
        Assert.Equal(Some.Noon.AddSeconds(15), world.Status.IssuedAt);
    }

    [Fact]
    public async Task An_unknown_target_is_looked_for_and_then_refused()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard());

        Assert.Equal(Requeue.After(LookAgain), await world.PassAsync());
        Assert.Equal((WakePhase.Pending, WakeReason.LookingForTarget), (world.Status.Phase, world.Status.Reason));
        Assert.StartsWith("Resolved=Unknown LookingForTarget", Conditions(world)[1], StringComparison.Ordinal);
        await world.PassAfterAsync(5);

        Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (world.Status.Phase, world.Status.Reason));
        Assert.StartsWith("Resolved=False UnknownTarget", Conditions(world)[1], StringComparison.Ordinal);
        Assert.StartsWith("Completed=False UnknownTarget", Conditions(world)[2], StringComparison.Ordinal);
        Assert.Equal(["Warning UnknownTarget WakeRequest kubewol-system/heard: " + world.Status.Message], await world.ToldAsync());
    }

    [Fact]
    public async Task A_machine_that_appears_while_it_is_looked_for_is_woken()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard());

        await world.PassAsync();
        world.See(Some.Vm());
        await world.PassAfterAsync(3);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal("Resolved=True TargetFound 12:00:03: team-a/web-01", Conditions(world)[1]);
    }

    [Fact]
    public async Task Two_machines_with_one_address_are_both_left_alone()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm("team-a/web-01"), Some.Vm("team-b/web-02"));

        await world.PassAsync();

        Assert.Equal((WakePhase.Failed, WakeReason.AmbiguousTarget), (world.Status.Phase, world.Status.Reason));
        Assert.Empty(world.SubresourceCalls);
        Assert.Null(world.Status.VirtualMachine);
        Assert.StartsWith("Resolved=False AmbiguousTarget", Conditions(world)[1], StringComparison.Ordinal);
        Assert.StartsWith("Warning AmbiguousTarget WakeRequest kubewol-system/heard", Assert.Single(await world.ToldAsync()), StringComparison.Ordinal);
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
        Assert.Equal("not done within 60 s; the last word was: team-a/web-01 does not come up yet; KubeVirt shows CrashLoopBackOff and goes on trying", world.Status.Message);
        Assert.Equal(new() { Before = "Stopped", After = "CrashLoopBackOff" }, world.Status.Observed);
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
        Assert.Equal("not done within 300 s; the last word was: team-a/web-01 could not be woken just now, trying again; KubeVirt says: VM is already running", world.Status.Message);
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

    [Theory]
    [InlineData(403, WakeReason.Forbidden)]
    [InlineData(422, WakeReason.Refused)]
    public async Task What_can_never_succeed_ends_at_once(int status, WakeReason reason)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        world.KubeVirtSays.Enqueue(Answer.Refuse(status, "No", "no, and that is that"));

        await world.PassAsync();

        Assert.Equal((WakePhase.Failed, reason, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
        Assert.Equal(1, world.StatusWrites);
        Assert.Equal(2, (await world.ToldAsync()).Count);
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
    public async Task A_request_that_is_being_deleted_is_left_alone()
    {
        var request = Some.Heard();
        await using var world = await OperatorWorld.WithAsync(request with { Metadata = request.Metadata with { DeletionTimestamp = Some.Noon } }, Some.Vm());

        Assert.Equal(Requeue.Never, await world.PassAsync());
        Assert.Empty(world.Calls);
    }

    [Fact]
    public async Task A_request_that_is_gone_is_forgotten()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard());

        world.See(Some.Vm());
        Assert.Equal(Requeue.Never, await world.PassAsync(new(Some.Agents, "gone")));
        Assert.Empty(world.Calls);
    }

    [Fact]
    public async Task A_finished_request_is_deleted_when_its_time_is_over()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(ttl: 600), Some.Vm(strategy: "Always", status: "Running"));

        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(600)), await world.PassAsync());
        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(1)), await world.PassAfterAsync(599));
        Assert.True(world.IsStored);
        Assert.Equal(Requeue.Never, await world.PassAfterAsync(1));

        Assert.False(world.IsStored);
        Assert.Contains("\"preconditions\":{\"uid\":\"uid-of-team-a-wake\"}", world.Api.Calls[^1].Body, StringComparison.Ordinal);
        Assert.Equal(1, world.StatusWrites);
    }

    [Fact]
    public async Task A_time_to_live_of_zero_deletes_at_once_and_the_Events_remain()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(ttl: 0), Some.Vm(strategy: "Always", status: "Running"));

        Assert.Equal(Requeue.Never, await world.PassAsync());

        Assert.False(world.IsStored);
        Assert.Equal(2, (await world.ToldAsync()).Count);
    }

    [Fact]
    public async Task Another_request_of_the_same_name_is_not_deleted_in_its_predecessors_place()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(ttl: 600), Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAsync();
        var old = world.Request;
        world.Store(Some.Request() with { Metadata = Some.Request().Metadata with { Uid = "another" } });
        world.See(old with { Metadata = old.Metadata with { ResourceVersion = Some.NextVersion() } }); // the watch is behind

        Assert.Equal(Requeue.Never, await world.PassAfterAsync(600));

        Assert.True(world.IsStored);
    }

    [Fact]
    public async Task A_deletion_that_fails_is_tried_again_and_tells_nothing_twice()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(ttl: 0), Some.Vm(strategy: "Always", status: "Running"));
        var respond = world.Api.Respond;
        world.Api.Respond = call => call.Method == "DELETE" ? Answer.Refuse(503, "ServiceUnavailable", "later") : respond(call);

        await Assert.ThrowsAsync<ApiException>(world.PassAsync);
        world.Api.Respond = respond;
        Assert.Equal(Requeue.Never, await world.PassAsync());

        Assert.False(world.IsStored);
        Assert.Equal((1, 2), (world.StatusWrites, (await world.ToldAsync()).Count));
        Assert.Equal(["kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"AlreadyActive\"} 1"], await world.MetricAsync("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"AlreadyActive\""));
    }

    [Fact]
    public async Task Somebody_elses_write_is_a_conflict_and_the_next_pass_ends_right()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Request(), Some.Vm());
        var changed = world.WriteBehindTheCache();

        Assert.True((await Assert.ThrowsAsync<ApiException>(world.PassAsync)).IsConflict); // the runtime tries again, soon
        world.See(changed);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(1);

        Assert.Equal(WakePhase.Succeeded, world.Status.Phase);
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task A_status_that_cannot_be_written_is_an_exception_and_is_not_told()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(strategy: "Always", status: "Running"));
        world.Instead.Enqueue(Answer.Refuse(500, "InternalError", "etcd is away"));

        await Assert.ThrowsAsync<ApiException>(world.PassAsync);
        Assert.Empty(await world.ToldAsync());
        await world.PassAsync();

        Assert.Equal(WakePhase.Succeeded, world.Status.Phase);
    }

    [Theory]
    [InlineData(false, WakeReason.Started)]
    [InlineData(true, WakeReason.AlreadyActive)] // who started it is no longer known; that it runs is
    public async Task A_new_operator_goes_on_where_the_old_one_was(bool diedBeforeReporting, WakeReason reason)
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        if (diedBeforeReporting)
        {
            var respond = world.Api.Respond;
            world.Api.Respond = call => call.Method == "PATCH" ? new(Answer.Cut) : respond(call);
            await Assert.ThrowsAsync<HttpRequestException>(world.PassAsync);
            world.Api.Respond = respond;
        }
        else
        {
            await world.PassAsync();
        }

        world.RestartOperator();
        world.See(Some.Vm(strategy: "Always", status: "Starting"));
        await world.PassAfterAsync(20);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(1);

        Assert.Equal((WakePhase.Succeeded, reason), (world.Status.Phase, world.Status.Reason));
        Assert.Equal(["start"], world.SubresourceCalls);
    }

    [Fact]
    public async Task A_new_operator_does_not_repeat_what_is_still_under_way_and_repeats_what_was_lost()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());
        await world.PassAsync();

        world.RestartOperator();
        Assert.Equal(Requeue.After(LookAgain), await world.PassAfterAsync(1));
        Assert.Single(world.SubresourceCalls);

        world.RestartOperator();
        await world.PassAfterAsync(15);
        Assert.Equal(2, world.SubresourceCalls.Count);
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

        Assert.Equal((WakePhase.Failed, WakeReason.UnknownTarget), (world.Status.Phase, world.Status.Reason));
        Assert.Equal("web-01", world.Status.VirtualMachine!.Name); // what was found stays told
    }

    [Fact]
    public async Task What_took_how_long_is_measured_from_the_frame()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        await world.PassAfterAsync(0.08);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(2);

        Assert.Equal(["kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"issued\"} 0.2"], await world.MetricAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"issued\"}"));
        Assert.Equal(["kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"completed\"} 2.2"], await world.MetricAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"completed\"}"));
        Assert.Equal(["kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\"} 1"], await world.MetricAsync("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\""));
    }

    private static IReadOnlyList<string> Conditions(OperatorWorld world) =>
        [.. world.Status.Conditions!.Select(c => $"{c.Type}={c.Status} {c.Reason} {c.LastTransitionTime:HH:mm:ss}: {c.Message}")];
}
