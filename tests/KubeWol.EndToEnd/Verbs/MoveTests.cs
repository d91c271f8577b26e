using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.TestBed;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>Move: where a machine ends up, and every reason why it does not.</summary>
public sealed class MoveTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_that_is_off_is_placed_for_its_next_start_and_released_again()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("placed") with { RunStrategy = "Manual" }, "Stopped");
        var nodes = await bed.SchedulableNodesAsync();
        foreach (var node in nodes)
        {
            Assert.Equal(WakeReason.Placed, (await bed.AskAsync(machine, To(node))).Status!.Reason);
            Assert.Equal(WakeReason.AlreadyThere, (await bed.AskAsync(machine, To(node))).Status!.Reason);
            var woken = await bed.AskAsync(machine, new() { Action = WakeAction.Wake });
            if (bed.Cluster.KubeVirt is not null) Assert.Equal(node, woken.Status!.Observed!.NodeAfter); // a real scheduler weighs other things, too
            await bed.AskAsync(machine, new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop } });
        }

        var released = await bed.AskAsync(machine, new() { Action = WakeAction.Move });

        Assert.Equal(WakeReason.Placed, released.Status!.Reason);
        var left = await bed.Cluster.Kubectl.OutputAsync(["get", "vm", machine.Name, "-n", machine.Namespace, "-o", "yaml"], Cancel);
        Assert.DoesNotContain("affinity", left, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("kubewol.io/placement", left, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_else_manages_is_not_overridden()
    {
        var machine = bed.Machine("managed");
        var manifest = machine.ToString().Replace(
            "      domain:",
            "      affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: disk, operator: In, values: [ssd]}]}}]}}\n      domain:",
            StringComparison.Ordinal);
        _ = (await bed.Cluster.Kubectl.RunAsync(["apply", "--server-side", "--field-manager=gitops", "-f", "-"], manifest, Cancel)).Checked;
        await bed.WaitForAsync(machine, "Stopped");

        var ended = await bed.AskAsync(machine, To((await bed.SchedulableNodesAsync())[0]));

        Assert.Equal((WakePhase.Failed, WakeReason.PlacementConflict), (ended.Status!.Phase, ended.Status.Reason));
        Assert.Contains("gitops", ended.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_machine_moves_to_a_node_with_the_labels_asked_for()
    {
        bed.NeedsStandIn();
        var machine = await RunningAsync("labelled");
        var (from, to) = await NodesAsync(machine);
        var ended = await bed.AskAsync(machine, new() { Action = WakeAction.Move, Move = new() { NodeSelector = new Dictionary<string, string> { ["kubernetes.io/hostname"] = to } } });

        Assert.Equal((WakeReason.Moved, from, to), (ended.Status!.Reason, ended.Status.Observed!.NodeBefore, ended.Status.Observed.NodeAfter));
        Assert.Equal($"kubewol-{ended.Metadata.Uid}", ended.Status.Migration);
        Assert.Equal(WakeReason.AlreadyThere, (await bed.AskAsync(machine, To(to))).Status!.Reason);
    }

    [Fact]
    public async Task A_node_that_is_not_there_is_named()
    {
        var machine = await RunningAsync("lost");
        var ended = await bed.AskAsync(machine, To("node-nowhere"));

        Assert.Equal((WakePhase.Failed, WakeReason.NodeNotFound, WakeOperation.None), (ended.Status!.Phase, ended.Status.Reason, ended.Status.Operation));
        Assert.Contains("node-nowhere", ended.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cordoned_node_takes_no_machine()
    {
        bed.NeedsStandIn();
        var machine = await RunningAsync("cordoned");
        var (_, to) = await NodesAsync(machine);
        await bed.Cluster.Kubectl.OutputAsync(["cordon", to], Cancel);
        try
        {
            var ended = await bed.AskAsync(machine, To(to));
            Assert.Equal((WakePhase.Failed, WakeReason.NodeNotSchedulable), (ended.Status!.Phase, ended.Status.Reason));
        }
        finally
        {
            await bed.Cluster.Kubectl.OutputAsync(["uncordon", to], Cancel);
        }
    }

    [Theory]
    [InlineData(StandInAnnotations.NotMigratable, "DisksNotLiveMigratable", WakeReason.NotMigratable, "DisksNotLiveMigratable")]
    [InlineData(StandInAnnotations.Migration, "fails", WakeReason.MigrationFailed, "QEMU")]
    [InlineData(StandInAnnotations.Migration, "hangs", WakeReason.DeadlineExceeded, "is being migrated")]
    public async Task A_migration_that_does_not_succeed_has_a_reason_and_leaves_the_machine_where_it_was(string annotation, string value, WakeReason reason, string words)
    {
        bed.NeedsStandIn();
        var machine = await bed.CreateMachineAsync(
            bed.Machine($"stuck-{value.ToLowerInvariant()}") with { RunStrategy = "Always", Annotations = new Dictionary<string, string> { [annotation] = value } }, "Running");
        var (from, _) = await NodesAsync(machine);

        var ended = await bed.AskAsync(machine, new() { Action = WakeAction.Move, DeadlineSeconds = 5 });

        Assert.Equal((WakePhase.Failed, reason), (ended.Status!.Phase, ended.Status.Reason));
        Assert.Contains(words, ended.Status.Message, StringComparison.Ordinal);
        await bed.WaitForAsync(machine, "Running");
        Assert.Equal(from, (await NodesAsync(machine)).From);
        if (ended.Status.Migration is not { } name || reason != WakeReason.DeadlineExceeded) return;
        Assert.Equal(WakeOperation.CancelMigration, ended.Status.Operation);
        await TestCluster.Eventually.BecomesTrueAsync(
            "the migration is gone", async () => await bed.Cluster.Client.GetAsync(Migration.Type, new(machine.Namespace, name), Cancel) is null, Cancel);
    }

    private static WakeRequestSpec To(string node) => new() { Action = WakeAction.Move, Move = new() { NodeName = node } };

    private Task<MachineManifest> RunningAsync(string name) => bed.CreateMachineAsync(bed.Machine(name) with { RunStrategy = "Always" }, "Running");

    private async Task<(string From, string To)> NodesAsync(MachineManifest machine)
    {
        var from = (await bed.Cluster.Client.GetAsync(VirtualMachineInstance.Type, new ResourceKey(machine.Namespace, machine.Name), Cancel))!.Status!.NodeName!;
        return (from, (await bed.SchedulableNodesAsync()).First(n => n != from));
    }
}
