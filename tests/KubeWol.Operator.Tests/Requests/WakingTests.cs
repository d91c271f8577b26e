using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Machines from the state they are found in to the state they were to reach.</summary>
public sealed class WakingTests
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
        Assert.Equal(new() { Before = "Stopped", After = "Running", NodeAfter = "node-b", Generation = 0 }, world.Status.Observed);
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
        Assert.Contains(
            "\"acceptedAt\":\"2026-11-22T12:00:00.123456Z\"", world.Api.Calls.First(c => c.Method == "PATCH").Body, StringComparison.Ordinal);
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
                "Authorized=True AskedDirectly 12:00:01: who may ask for this is decided when a WakeRequest is created",
                "Resolved=True TargetFound 12:00:01: team-a/web-01",
                "Completed=Unknown WaitingForStart 12:00:01: team-a/web-01 is on its way up",
            ],
            world.Conditions);

        world.See(Some.Vm(strategy: "Always", status: "ErrorUnschedulable"));
        await world.PassAfterAsync(2);
        Assert.Equal(
            "Completed=Unknown WaitingForRecovery 12:00:01: team-a/web-01 does not come up yet; KubeVirt shows ErrorUnschedulable and goes on trying",
            world.Conditions[2]);

        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(3);
        Assert.Equal(
            [
                "Authorized=True AskedDirectly 12:00:01: who may ask for this is decided when a WakeRequest is created",
                "Resolved=True TargetFound 12:00:01: team-a/web-01",
                "Completed=True Started 12:00:06: team-a/web-01 was Stopped; it was started and is ready",
            ],
            world.Conditions);
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
        Assert.Equal(
            (WakeReason.Unpaused, WakeOperation.Unpause, "team-a/web-01 was paused; it runs again on node-b"),
            (world.Status.Reason, world.Status.Operation, world.Status.Message));
        Assert.Equal(new() { Before = "Paused", NodeBefore = "node-b", After = "Running", NodeAfter = "node-b", Generation = 0 }, world.Status.Observed);
        Assert.Equal(2, world.StatusWrites);
    }

    [Fact]
    public async Task A_running_machine_is_left_alone_with_one_write()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm(status: "Running", strategy: "Always"));

        await world.PassAsync();

        Assert.Equal(
            (WakePhase.Succeeded, WakeReason.AlreadyActive, WakeOperation.None), (world.Status.Phase, world.Status.Reason, world.Status.Operation));
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
    public async Task A_machine_that_appears_while_it_is_looked_for_is_woken()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard());

        await world.PassAsync();
        world.See(Some.Vm());
        await world.PassAfterAsync(3);

        Assert.Equal(["start"], world.SubresourceCalls);
        Assert.Equal("Resolved=True TargetFound 12:00:03: team-a/web-01", world.Conditions[1]);
    }

    [Fact]
    public async Task What_took_how_long_is_measured_from_the_frame()
    {
        await using var world = await OperatorWorld.WithAsync(Some.Heard(), Some.Vm());

        await world.PassAfterAsync(0.08);
        world.See(Some.Vm(strategy: "Always", status: "Running"));
        await world.PassAfterAsync(2);

        Assert.Equal(0.2, await world.Registry.ValueAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"issued\"}"), 6);
        Assert.Equal(2.2, await world.Registry.ValueAsync("kubewol_request_duration_seconds_sum{action=\"Wake\",stage=\"completed\"}"), 6);
        Assert.Equal(1, await world.Registry.ValueAsync("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\"}"));
    }
}
