using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Requests that are over, and operators that were.</summary>
public sealed class LifetimeTests
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_request_that_is_being_deleted_is_left_alone()
    {
        var request = Some.Heard();
        await using var world = await OperatorWorld.WithAsync(
            request with { Metadata = request.Metadata with { DeletionTimestamp = Some.Noon } }, Some.Vm());

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

        Assert.Equal(Requeue.After(TimeSpan.FromSeconds(5)), await world.PassAfterAsync(600)); // until the watch shows that it is gone

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
        Assert.Equal(1, await world.Registry.ValueAsync("kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"AlreadyActive\"}"));
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
}
