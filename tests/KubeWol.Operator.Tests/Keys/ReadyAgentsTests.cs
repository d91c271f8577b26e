using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Keys;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Keys;

/// <summary>On which nodes an agent is ready: what the others are told, and how many are counted.</summary>
public sealed class ReadyAgentsTests : AgentConfigScene
{
    [Fact]
    public async Task Agents_are_told_on_which_nodes_one_is_ready()
    {
        See("b", "node-b", ready: true);
        See("a", "node-a", ready: true);
        See("c", "node-c", ready: false);
        See("d", null, ready: true);
        See("e", "node-e", ready: true, going: true);
        See("b-2", "node-b", ready: true); // the next one's pod, while the last is going
        Pods.Set(new() { Metadata = new() { Namespace = Some.Agents, Name = "new", Uid = "new", ResourceVersion = Some.NextVersion() } });
        await LookAsync();
        await LookAsync();
        Assert.Equal(["node-a", "node-b"], Published.Ready);
    }

    [Fact]
    public async Task Agents_are_told_of_each_other_in_batches_and_of_all_else_at_once()
    {
        await LookAsync();
        await LookAsync();
        Api.Forget();
        for (var i = 0; i < 100; i++)
        {
            See($"a{i}", $"node-{i:00}", ready: true);
            var again = await LookAsync();
            if (i > 0) Assert.InRange(again.Delay!.Value, TimeSpan.FromMilliseconds(1), ReadyAgents.Pace);
        }

        Assert.InRange(Api.Calls.Count, 0, 1);
        Time.Advance(ReadyAgents.Pace);
        await LookAsync();
        Assert.Equal(100, Published.Ready.Count);

        See("a7", "node-07", ready: false);
        await LookAsync();
        Assert.Equal(100, Published.Ready.Count);
        Policy("team-a/one", new FrameOrigin { Nodes = ["node-b"] });
        await LookAsync();
        Assert.Equal((99, "node-b"), (Published.Ready.Count, Published.Distinguish.Nodes!.Single()));
    }

    [Fact]
    public async Task However_many_agents_there_are_the_ConfigMap_stays_small()
    {
        for (var i = 0; i < 5_000; i++) See($"a{i}", $"node-{i:0000}".PadRight(253, 'x'), ready: true);
        await LookAsync();
        await LookAsync();
        Assert.Equal(ReadyAgents.MostLetters / 253, Published.Ready.Count);
        Assert.InRange(Api.Calls.Max(c => c.Body.Length), 0, 300_000);
    }

    [Fact]
    public void Only_a_pod_that_comes_to_a_node_or_goes_matters()
    {
        Pod on = OnNode("node-a", true), off = OnNode("node-a", false), elsewhere = OnNode("node-b", true);
        Assert.True(ReadyAgents.Matters(null, on));
        Assert.True(ReadyAgents.Matters(on, off));
        Assert.True(ReadyAgents.Matters(on, null));
        Assert.True(ReadyAgents.Matters(on, elsewhere));
        Assert.False(ReadyAgents.Matters(on, OnNode("node-a", true)));
        Assert.False(ReadyAgents.Matters(off, null));
    }

    [Fact]
    public async Task Agents_are_counted_for_whoever_watches_them_and_those_that_go_are_not()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        new OperatorMetrics(registry).CountAgentsWith(new ReadyAgents(Pods, Time).Count);
        See("ready", "node-a", ready: true);
        See("deaf", "node-b", ready: false);
        See("homeless", null, ready: false);
        See("going", "node-c", ready: true, going: true);

        Assert.Equal(1, await registry.ValueAsync("kubewol_agents{state=\"Ready\"}"));
        Assert.Equal(2, await registry.ValueAsync("kubewol_agents{state=\"NotReady\"}"));
    }

    private void See(string name, string? node, bool ready, bool going = false)
    {
        var pod = OnNode(node, ready);
        Pods.Set(pod with { Metadata = new() { Namespace = Some.Agents, Name = name, Uid = name, ResourceVersion = Some.NextVersion(), DeletionTimestamp = going ? Some.Noon : null } });
    }

    private static Pod OnNode(string? node, bool ready) => new()
    {
        Spec = new(node),
        Status = new([new("Initialized", "True"), new("Ready", ready ? "True" : "False")]),
    };
}
