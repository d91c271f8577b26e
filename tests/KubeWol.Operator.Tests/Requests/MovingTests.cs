using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Tests.World;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Machines that are taken to another node, or should be.</summary>
public sealed class MovingTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Machine = "team-a/web-01";
    private const string Migrations = "/apis/kubevirt.io/v1/namespaces/team-a/virtualmachineinstancemigrations";

    [Theory]
    [InlineData("node-b", null, """{"vmiName":"web-01","addedNodeSelector":{"kubernetes.io/hostname":"node-b"}}""")]
    [InlineData(null, "disk=fast", """{"vmiName":"web-01","addedNodeSelector":{"disk":"fast"}}""")]
    [InlineData(null, null, """{"vmiName":"web-01"}""")]
    public async Task A_migration_is_named_after_its_request_and_goes_where_the_request_says(string? node, string? label, string spec)
    {
        var selector = label?.Split('=') is [var name, var value] ? new Dictionary<string, string> { [name] = value } : null;
        await using var world = await MoveAsync(new() { NodeName = node, NodeSelector = selector }, Some.Node("node-b", labels: [("disk", "fast")]));

        await world.PassAsync();

        var body = JsonNode.Parse(world.Api.Calls[0].Body)!;
        Assert.Equal($"POST {Migrations}", $"{world.Api.Calls[0]}");
        Assert.Equal(spec, body["spec"]!.ToJsonString());
        Assert.Equal("kubewol-uid-of-team-a-ask", (string?)body["metadata"]!["name"]);
        Assert.Equal("""{"app.kubernetes.io/managed-by":"kubewol"}""", body["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(("kubewol-uid-of-team-a-ask", WakeOperation.LiveMigrate, WakePhase.Running), (world.Status.Migration, world.Status.Operation, world.Status.Phase));
    }

    [Fact]
    public async Task A_migration_that_is_there_already_was_created_by_this_request()
    {
        await using var world = await MoveAsync(new() { NodeName = "node-b" }, Some.Node("node-b"));
        world.Instead.Enqueue(Answer.Refuse(409, "AlreadyExists", "virtualmachineinstancemigrations \"kubewol-uid-of-team-a-ask\" already exists"));

        await world.PassAsync();

        Assert.Equal((WakePhase.Running, WakeOperation.LiveMigrate, "kubewol-uid-of-team-a-ask"), (world.Status.Phase, world.Status.Operation, world.Status.Migration));
    }

    [Fact]
    public async Task A_migration_that_is_found_without_having_been_reported_is_taken_for_ones_own()
    {
        await using var world = await MoveAsync(new() { NodeName = "node-b" }, Some.Node("node-b"));
        world.Migrations.Set(new()
        {
            Metadata = new() { Namespace = "team-a", Name = MigrationOperations.NameOf(world.Request), Uid = "m", ResourceVersion = Some.NextVersion() },
            Status = new() { Phase = "Running" },
        });

        await world.PassAfterAsync(1);

        Assert.Equal(
            (WakePhase.Running, WakeOperation.LiveMigrate, "kubewol-uid-of-team-a-ask", Some.Noon.AddSeconds(1)),
            (world.Status.Phase, world.Status.Operation, world.Status.Migration, world.Status.IssuedAt));
        Assert.DoesNotContain(world.Calls, c => c.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_KubeVirt_calls_not_migratable_is_not_tried()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.NotMigratable, "DisksNotLiveMigratable"));
        var outcome = await MoveAsync(rehearsal, "node-b");

        Assert.Equal(WakeReason.NotMigratable, outcome.Reason);
        Assert.StartsWith("team-a/web-01 cannot be migrated live: DisksNotLiveMigratable: ", outcome.Message, StringComparison.Ordinal);
        Assert.Empty(rehearsal.KubeVirt.Effects);
    }

    [Fact]
    public async Task What_KubeVirts_webhook_refuses_ends_with_its_words()
    {
        const string Words = "admission webhook \"migration-create-validator.kubevirt.io\" denied the request: Cannot migrate VMI, Reason: InterfaceNotLiveMigratable, Message: cannot migrate VMI";
        await using var world = await MoveAsync(new() { NodeName = "node-b" }, Some.Node("node-b"));
        world.Instead.Enqueue(Answer.Refuse(400, "", Words));

        await world.PassAsync();

        Assert.Equal(
            (WakePhase.Failed, WakeReason.NotMigratable, $"team-a/web-01 cannot be migrated live: {Words}"), (world.Status.Phase, world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_migration_that_fails_says_why_and_the_machine_stays_where_it_is()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "fails"));
        var outcome = await MoveAsync(rehearsal, "node-b");

        Assert.Equal(
            (WakeReason.MigrationFailed, "team-a/web-01 could not be moved and stays on node-a: internal error: QEMU unexpectedly closed the monitor", "node-a"),
            (outcome.Reason, outcome.Message, outcome.Observed!.NodeAfter));
        Assert.Equal(["migrate"], rehearsal.KubeVirt.Effects);
    }

    [Theory]
    [InlineData("m", "QEMU closed the monitor")]
    [InlineData("of-last-week", "KubeVirt gives no reason")]
    public async Task What_became_of_an_earlier_migration_is_not_told_of_this_one(string uid, string words)
    {
        await using var world = await MoveAsync(new() { NodeName = "node-b" }, Some.Node("node-b"));
        var instance = Some.Vmi(node: "node-a");
        world.See(instance with { Status = instance.Status! with { MigrationState = new("node-c", "QEMU closed the monitor", uid, Completed: true) } });
        world.Migrations.Set(new()
        {
            Metadata = new() { Namespace = "team-a", Name = MigrationOperations.NameOf(world.Request), Uid = "m", ResourceVersion = Some.NextVersion() },
            Status = new() { Phase = "Failed" },
        });

        await world.PassAsync();

        Assert.Equal((WakeReason.MigrationFailed, $"team-a/web-01 could not be moved and stays on node-a: {words}"), (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task Why_a_migration_failed_is_waited_for_while_the_instance_still_shows_it_under_way()
    {
        await using var world = await MoveAsync(new() { NodeName = "node-b" }, Some.Node("node-b"));
        var instance = Some.Vmi(node: "node-a");
        world.See(instance with { Status = instance.Status! with { MigrationState = new("node-b", null, "m") } });
        world.Migrations.Set(new()
        {
            Metadata = new() { Namespace = "team-a", Name = MigrationOperations.NameOf(world.Request), Uid = "m", ResourceVersion = Some.NextVersion() },
            Status = new() { Phase = "Failed" },
        });
        await world.PassAsync();
        Assert.NotEqual(WakePhase.Failed, world.Status.Phase);

        world.See(instance with { Metadata = instance.Metadata with { ResourceVersion = Some.NextVersion() }, Status = instance.Status! with { MigrationState = new("node-b", "QEMU closed the monitor", "m", Completed: true) } });
        await world.PassAsync();
        Assert.Equal((WakeReason.MigrationFailed, "team-a/web-01 could not be moved and stays on node-a: QEMU closed the monitor"), (world.Status.Reason, world.Status.Message));
    }

    [Fact]
    public async Task A_migration_that_somebody_deletes_is_not_created_again()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "hangs"));
        rehearsal.Ask(Some.Asking(WakeAction.Move, move: new() { NodeName = "node-b" }));
        await rehearsal.PassAsync(30);
        rehearsal.KubeVirt.DeleteMigrations(Machine);
        await rehearsal.PlayAsync();

        Assert.Equal(
            (WakeReason.MigrationFailed, "team-a/web-01 could not be moved and stays on node-a: the VirtualMachineInstanceMigration was deleted"),
            (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Message));
        Assert.Equal(["migrate"], rehearsal.KubeVirt.Effects);
    }

    [Theory]
    [InlineData("hangs", "team-a/web-01 is being migrated")]
    [InlineData("finds no node", "team-a/web-01 is to be migrated; KubeVirt looks for a node that can take it")]
    public async Task A_migration_that_does_not_come_to_an_end_is_cancelled_at_the_deadline(string how, string last)
    {
        await using var rehearsal = await RunningAsync(how == "hangs" ? [(StandInAnnotations.Migration, "hangs")] : []);
        if (how != "hangs") rehearsal.KubeVirt.Pool = new([new("node-a"), new("node-c")]);
        var outcome = await MoveAsync(rehearsal, "node-b", deadline: 60);
        await rehearsal.PassAsync(5, isAtWork: false);

        Assert.Equal(
            (WakeReason.DeadlineExceeded, WakeOperation.CancelMigration, $"not done within 60 s; the last word was: {last}; its migration was cancelled"),
            (outcome.Reason, outcome.Operation, outcome.Message));
        Assert.Equal(["migrate", "cancel"], rehearsal.KubeVirt.Effects);
        Assert.Empty(rehearsal.KubeVirt[Machine].Migrations);
        Assert.Equal(("Running", "node-a"), (rehearsal.KubeVirt[Machine].Vm!.Status.PrintableStatus, rehearsal.KubeVirt[Machine].Vmi!.Status.NodeName));
    }

    [Fact]
    public async Task A_migration_that_cannot_be_cancelled_just_now_is_cancelled_later_and_not_in_a_hurry()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "hangs"));
        rehearsal.Ask(Asked("node-b", deadline: 60));
        await rehearsal.PassAsync(59);
        var (respond, refusals) = (rehearsal.World.Api.Respond, 0);
        rehearsal.World.Api.Respond = call => call.Method == "DELETE" && refusals++ < 20 ? Answer.Refuse(503, "ServiceUnavailable", "later") : respond(call);
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.DeadlineExceeded, WakeOperation.CancelMigration), (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Operation));
        Assert.Equal(21, refusals);
        Assert.InRange((rehearsal.StatusOf().CompletedAt - rehearsal.StatusOf().AcceptedAt)!.Value.TotalSeconds, 150, 170);
        Assert.All(rehearsal.KubeVirt[Machine].Migrations, m => Assert.True(m.IsDeleting));
    }

    [Fact]
    public async Task A_migration_that_KubeWol_may_not_cancel_is_named()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "hangs"));
        rehearsal.Ask(Asked("node-b", deadline: 60));
        await rehearsal.PassAsync(59);
        var respond = rehearsal.World.Api.Respond;
        rehearsal.World.Api.Respond = call => call.Method == "DELETE" ? Answer.Refuse(403, "Forbidden", "User \"operator\" cannot delete") : respond(call);
        await rehearsal.PlayAsync();

        Assert.Equal(
            (WakeReason.DeadlineExceeded, "not done within 60 s; the last word was: KubeVirt cannot be asked just now, trying again: User \"operator\" cannot delete; its migration could not be cancelled: User \"operator\" cannot delete"),
            (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Message));
    }

    [Theory]
    [InlineData(403, "Forbidden")]
    [InlineData(404, "")]
    public async Task A_cancel_that_an_API_server_turns_down_that_has_just_started_is_asked_for_again(int status, string reason)
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "hangs"));
        rehearsal.Ask(Asked("node-b", deadline: 60));
        await rehearsal.PassAsync(59);
        var (respond, cancels) = (rehearsal.World.Api.Respond, 0);
        rehearsal.World.Api.Respond = call => call.Method == "DELETE" && cancels++ == 0 ? Answer.Refuse(status, reason, "User \"operator\" cannot delete") : respond(call);
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.DeadlineExceeded, WakeOperation.CancelMigration), (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Operation));
        Assert.Equal(["migrate", "cancel"], rehearsal.KubeVirt.Effects);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task A_migration_that_was_cancelled_although_nobody_said_or_reported_so_is_not_called_deleted(string lost)
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.Migration, "hangs"));
        rehearsal.Ask(Asked("node-b", deadline: 60));
        await rehearsal.PassAsync(59);
        var (respond, isCancelled, isLost) = (rehearsal.World.Api.Respond, false, false);
        rehearsal.World.Api.Respond = call =>
        {
            isCancelled |= call.Method == "DELETE";
            if (!isCancelled || isLost || call.Method != lost) return respond(call);
            isLost = true;
            if (lost == "DELETE") respond(call);
            return new(Answer.Cut);
        };
        await rehearsal.PlayAsync();

        Assert.True(isLost);
        Assert.Equal(WakeReason.DeadlineExceeded, rehearsal.StatusOf().Reason);
        Assert.Equal(["migrate", "cancel"], rehearsal.KubeVirt.Effects);
    }

    [Theory]
    [InlineData("cordoned", WakeReason.NodeNotSchedulable, "no node with kubernetes.io/hostname=node-b takes machines now (cordoned, or not ready); team-a/web-01 stays on node-a; its migration was cancelled")]
    [InlineData("gone", WakeReason.NodeNotFound, "no node has kubernetes.io/hostname=node-b; team-a/web-01 stays on node-a; its migration was cancelled")]
    public async Task A_node_that_is_drained_while_it_is_looked_for_ends_the_move(string what, WakeReason reason, string message)
    {
        await using var rehearsal = await RunningAsync();
        rehearsal.KubeVirt.Pool = new([new("node-a"), new("node-c")]);
        rehearsal.Ask(Asked("node-b"));
        await rehearsal.PassAsync(10);
        if (what == "gone") rehearsal.World.Nodes.Remove(new(null, "node-b"));
        else rehearsal.World.Nodes.Set(Some.Node("node-b", unschedulable: true));
        await rehearsal.PlayAsync();

        Assert.Equal((reason, message, WakeOperation.CancelMigration), (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Message, rehearsal.StatusOf().Operation));
        Assert.Equal(["migrate", "cancel"], rehearsal.KubeVirt.Effects);
        Assert.InRange(rehearsal.StatusOf().CompletedAt!.Value, rehearsal.StatusOf().AcceptedAt!.Value, rehearsal.StatusOf().AcceptedAt!.Value.AddSeconds(20));
    }

    [Fact]
    public async Task A_node_that_is_cordoned_when_the_machine_is_on_its_way_there_is_reached()
    {
        await using var rehearsal = await RunningAsync((StandInAnnotations.MigrationSeconds, "30"));
        rehearsal.Ask(Asked("node-b"));
        await rehearsal.PassAsync(10);
        rehearsal.World.Nodes.Set(Some.Node("node-b", unschedulable: true));
        await rehearsal.PlayAsync();

        Assert.Equal((WakeReason.Moved, "node-b"), (rehearsal.StatusOf().Reason, rehearsal.StatusOf().Observed!.NodeAfter));
    }

    [Theory]
    [InlineData("node-x", null, "NodeNotFound")]
    [InlineData("node-b", "cordoned", "NodeNotSchedulable")]
    [InlineData("node-b", "not ready", "NodeNotSchedulable")]
    [InlineData("node-b", "unheard of", "NodeNotSchedulable")]
    [InlineData("node-a", "cordoned", "AlreadyThere")] // it is there, whoever may come after it
    public async Task Where_no_machine_can_go_nothing_is_done(string node, string? how, string reason)
    {
        await using var rehearsal = await RunningAsync();
        if (how is not null)
        {
            rehearsal.World.Nodes.Set(Some.Node(
                node, unschedulable: how == "cordoned", ready: how switch { "not ready" => "False", "unheard of" => "Unknown", _ => "True" }));
        }

        var outcome = await MoveAsync(rehearsal, node);

        Assert.Equal(reason, $"{outcome.Reason}");
        Assert.Empty(rehearsal.KubeVirt.Effects);
    }

    [Fact]
    public async Task A_machine_that_is_off_is_given_a_preference_and_relieved_of_it_again()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Halted");
        var before = Spec(rehearsal);

        Assert.Equal(WakeReason.Placed, (await MoveAsync(rehearsal, "node-b", "team-a/first")).Reason);
        Assert.Equal(WakeReason.AlreadyThere, (await MoveAsync(rehearsal, "node-b", "team-a/again")).Reason);
        Assert.Equal(WakeReason.Placed, (await MoveAsync(rehearsal, "node-c", "team-a/elsewhere")).Reason);
        Assert.Contains("node-c", Spec(rehearsal), StringComparison.Ordinal);
        Assert.DoesNotContain("node-b", Spec(rehearsal), StringComparison.Ordinal);
        Assert.Equal(WakeReason.Placed, (await MoveAsync(rehearsal, null, "team-a/anywhere")).Reason);

        Assert.Equal(before, Spec(rehearsal));
        Assert.Equal(["place", "place", "place"], rehearsal.KubeVirt.Effects);
    }

    [Fact]
    public async Task A_preference_that_somebody_else_manages_is_not_fought_over()
    {
        await using var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        var theirs = JsonNode.Parse("""{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[]}},"domain":{"devices":{}}}""")!.AsObject();
        rehearsal.KubeVirt.Create(new("team-a", "web-01"), "Halted", theirs);
        rehearsal.Ask(Some.Asking(WakeAction.Move, name: "web-01", move: new() { NodeName = "node-b" }));
        await rehearsal.PlayAsync();

        Assert.Equal(WakeReason.PlacementConflict, rehearsal.StatusOf().Reason);
        Assert.StartsWith("the node affinity of team-a/web-01 is managed by somebody else; change it there. The API server says: Apply failed with 1 conflict", rehearsal.StatusOf().Message, StringComparison.Ordinal);
        Assert.Empty(rehearsal.KubeVirt.Effects);
    }

    private static string Spec(Rehearsal rehearsal) => rehearsal.KubeVirt[Machine].Vm!.Spec.Template!.Value.GetRawText();

    private static WakeRequest Asked(string? node, string name = "team-a/ask", int? deadline = null)
    {
        var asked = Some.Asking(WakeAction.Move, name, move: node is null ? null : new() { NodeName = node });
        return asked with { Spec = asked.Spec with { DeadlineSeconds = deadline } };
    }

    private static async Task<WakeRequestStatus> MoveAsync(Rehearsal rehearsal, string? node, string name = "team-a/ask", int? deadline = null)
    {
        rehearsal.Ask(Asked(node, name, deadline));
        await rehearsal.PlayAsync();
        return rehearsal.StatusOf(name);
    }

    /// <summary>A request to move a running machine, before an API server that takes migrations.</summary>
    private static async Task<OperatorWorld> MoveAsync(MoveSettings move, Api.Node node)
    {
        var world = await OperatorWorld.WithAsync(Some.Asking(WakeAction.Move, move: move), Some.Vm(strategy: "Always", status: "Running"));
        world.See(Some.Vmi(node: "node-a"));
        world.Nodes.Set(node);
        return world;
    }

    private async Task<Rehearsal> RunningAsync(params (string, string)[] annotations)
    {
        var rehearsal = await Rehearsal.StartAsync(shared: shared.Api);
        rehearsal.KubeVirt.Create(Machine, "Always", annotations: annotations);
        await rehearsal.PassAsync(10, isAtWork: false);
        return rehearsal;
    }
}
