using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Rights;

/// <summary>An agent speaks for its own node: a token that was stolen from a node says nothing about another.</summary>
public sealed class AgentDeputyTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_says_what_was_heard_on_its_own_node()
    {
        var answer = await SayAsync("kubewol-agent-node-a", "node-a");
        Assert.True(answer.Succeeded, answer.Error);
    }

    [Fact]
    public async Task An_agent_cannot_say_what_was_heard_on_another_node()
    {
        var answer = await SayAsync("kubewol-agent-node-a", "node-b");
        Assert.False(answer.Succeeded);
        Assert.Contains("spec.frame.node is node-b, and its token is bound to node-a", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agents_token_that_names_no_node_says_nothing()
    {
        var answer = await SayAsync(null, "node-a");
        Assert.False(answer.Succeeded);
        Assert.Contains("spec.frame.node is node-a, and its token names no node", answer.Error, StringComparison.Ordinal);
        Assert.Contains("admissionPolicies.requireNodeClaim", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_writes_no_request_without_a_frame()
    {
        var answer = await SayAsync("kubewol-agent-node-a", null);
        Assert.False(answer.Succeeded);
        Assert.Contains("spec.frame is missing", answer.Error, StringComparison.Ordinal);
    }

    /// <summary>As an agent, with a token of a pod of its DaemonSet or of none, for a machine that nobody has.</summary>
    private async Task<CommandResult> SayAsync(string? pod, string? node)
    {
        Assert.SkipWhen(bed.Cluster.IsGiven, "a kubelet would run the pods that the tokens are bound to");
        var token = await bed.Cluster.TokenAsync(Installation.Namespace, "kubewol-agent", pod, Cancel);
        var frame = node is null ? "" : $", frame: {{node: {node}, interface: eth0, transport: Ethernet, capturedAt: \"2026-11-22T12:00:00.000000Z\"}}";
        return await bed.Cluster.Kubectl.RunAsync(
            ["create", "-f", "-", $"--token={token}"],
            $$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakeRequest
            metadata: {name: said-{{Guid.NewGuid():N}}, namespace: {{Installation.Namespace}}}
            spec: {target: {macAddress: "52:54:00:de:9d:01"}, deadlineSeconds: 5{{(node is null ? ", action: Wake" : "")}}{{frame}} }
            """,
            Cancel);
    }
}
