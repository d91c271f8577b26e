using System.Text.Json.Nodes;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>trace and doctor, with an agent that listens on a network.</summary>
public sealed class AgentTests(CliBed bed, ListeningAgent agent) : IClassFixture<ListeningAgent>
{
    private const string OperatorStatus = """{"status":{"replicas":2,"readyReplicas":2,"updatedReplicas":2,"availableReplicas":2}}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trace_shows_a_frame_and_what_became_of_it()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");
        await agent.KnowsAsync();
        agent.Send(Protocol.MacAddress.Parse(machine.Mac!));
        await bed.WaitForAsync(machine, "Running");

        string line = "";
        await Eventually.BecomesTrueAsync("the trace has the end of it", async () => (line = (await Run.Async("trace", "--once", "--mac", machine.Mac!, "--kubeconfig", agent.Kubeconfig)).Checked).Contains("Started", StringComparison.Ordinal), Cancel);
        Assert.StartsWith("TIME (UTC)       NODE          INTERFACE   SOURCE             TARGET             PORT   VERDICT\n", line, StringComparison.Ordinal);
        Assert.Matches($@"\n\d\d:\d\d:\d\d\.\d{{6}}  node-a        eth0        02:00:00:00:08:42  {machine.Mac}  9      Created \S+\n    Succeeded \(Started\): {ns}/web-01 was Stopped; ", line);

        var json = JsonNode.Parse((await Run.Async("trace", "--once", "--mac", machine.Mac!, "-o", "json", "--kubeconfig", agent.Kubeconfig)).Checked.Split('\n')[0])!;
        Assert.Equal(("node-a", "eth0", "Created", machine.Mac), ((string?)json["node"], (string?)json["interface"], (string?)json["verdict"], (string?)json["target"]));
    }

    [Fact]
    public async Task A_trace_goes_on_until_it_is_told_to_end()
    {
        await agent.KnowsAsync();
        var before = CliBed.NextAddress();
        agent.Send(before);
        await Eventually.BecomesTrueAsync("the agent has heard it", async () => (await Run.Async("trace", "--once", "--kubeconfig", agent.Kubeconfig)).Out.Contains(before.ToString(), StringComparison.Ordinal), Cancel);

        using var end = new CancellationTokenSource();
        using var output = new StringWriter();
        var terminal = new Output.Terminal { Out = TextWriter.Synchronized(output), Error = TextWriter.Null };
        var tracing = KubectlWol.RunAsync(["trace", "--kubeconfig", agent.Kubeconfig], new() { Terminal = terminal }, end.Token);
        var target = CliBed.NextAddress();
        await Eventually.BecomesTrueAsync("the frame is shown", () =>
        {
            agent.Send(target); // the first may come before anybody watches
            return output.ToString().Contains($"{target}  9      Held", StringComparison.Ordinal);
        }, Cancel);
        await end.CancelAsync();
        Assert.Equal((int)ExitCode.Interrupted, await tracing);
        // That was heard before anybody watched; what becomes of it when it was held long enough is news.
        Assert.DoesNotContain($"{before}  9      Held", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_cannot_be_asked_is_named()
    {
        var run = await Run.Async("trace", "--once", "--kubeconfig", bed.Cluster.AdminKubeconfig); // no kubelet there
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("warning: node-a: kubewol-system/kubewol-agent-node-a cannot be asked: its port 9842 is not forwarded (HTTP 404)", run.Error, StringComparison.Ordinal);
        var nobody = await Run.Async("trace", "--once", "--node", "node-z", "--kubeconfig", agent.Kubeconfig);
        Assert.Equal((ExitCode.NotFound, "error: there is no agent on node-z\nTry: kubectl wol doctor\n"), (nobody.Code, nobody.Error));
    }

    [Fact]
    public async Task The_doctor_finds_nothing_wrong_but_what_is()
    {
        var ns = await bed.NewNamespaceAsync();
        var first = await bed.CreateMachineAsync(ns, "first");
        await bed.Cluster.ApplyAsync(first with { Name = "second" }, Cancel);
        await bed.Cluster.Kubectl.ApplyAsync(bed.Installation.Chart.Find("Deployment", "kubewol-operator").ToJsonString(), Cancel);
        await bed.Cluster.Kubectl.OutputAsync(["patch", "deployment", "kubewol-operator", "-n", Installation.Namespace, "--subresource=status", "--type=merge", "-p", OperatorStatus], Cancel);
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: idle, namespace: {{ns}} }
            spec: {selector: {matchLabels: {no: machine} }, verbs: [Wake], proof: None}
            """, Cancel);
        await agent.KnowsAsync();
        Run run = new(ExitCode.Failed, "", "");
        await Eventually.BecomesTrueAsync("the operator has looked at the policy", async () => (run = await Run.Async("doctor", "-n", ns, "--kubeconfig", agent.Kubeconfig)).Out.Contains("SelectsNothing", StringComparison.Ordinal), Cancel);
        Assert.Equal("", run.Error);
        Assert.Equal(ExitCode.Done, run.Code);
        foreach (var line in (string[])[
            "Cluster", "  ✔ kubewol.io/v1alpha1 is served", "  ? KubeVirt is there; which version it is does not show", "  ✔ KubeVirt takes orders (subresources.kubevirt.io)",
            "Operator", "  ✔ 2 of 2 operators are ready (", " leads",
            "Agents", "  ! 1 of 2 nodes have no agent: node-b", "  ✔ node-a: listens on eth0, ", " addresses known",
            "Configuration", $"  ! WakePolicy {ns}/idle: SelectsNothing: ", $"  ! {first.Mac} is the address of {ns}/first and {ns}/second", " admission policies are in force",
            "Requests", "  ✔ no request is left behind", "Your rights", $"  ✔ you may wake, sleep, move, instantiate, destroy the machines of {ns}",
        ]) Assert.Contains(line, run.Out, StringComparison.Ordinal);

        var json = JsonNode.Parse((await Run.Async("doctor", "-n", ns, "-o", "json", "--kubeconfig", agent.Kubeconfig)).Checked)!.AsArray();
        Assert.Contains(json, f => (string?)f!["part"] == "Agents" && (string?)f["level"] == "Good");
    }

    [Fact]
    public async Task The_doctor_finds_what_is_missing()
    {
        var elsewhere = await Run.Async("doctor", "--kubewol-namespace", "nowhere", "--kubeconfig", agent.Kubeconfig);
        Assert.Equal(ExitCode.Failed, elsewhere.Code);
        Assert.Contains("✘ there is no operator in namespace nowhere", elsewhere.Out, StringComparison.Ordinal);
        Assert.Contains("✘ there are no agents in namespace nowhere: nobody hears frames", elsewhere.Out, StringComparison.Ordinal);

        var noKubelet = await Run.Async("doctor", "--kubeconfig", bed.Cluster.AdminKubeconfig);
        Assert.Contains("? node-a: the agent is ready; its figures cannot be read: ", noKubelet.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_is_told_what_the_doctor_may_not_look_at()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.Cluster.Kubectl.OutputAsync(["create", "serviceaccount", "nobody", "-n", ns], Cancel);
        var kubeconfig = await bed.Cluster.KubeconfigForAsync(ns, "nobody", null, bed.Cluster.Address, Cancel);
        var run = await Run.Async("doctor", "-n", ns, "--kubeconfig", kubeconfig);
        Assert.Contains("  ? deployments.apps is forbidden: ", run.Out, StringComparison.Ordinal);
        Assert.Contains("    You may not look at that.", run.Out, StringComparison.Ordinal);
        Assert.Contains("  ? you may not list WakePolicies\n", run.Out, StringComparison.Ordinal);
        Assert.Contains($"  ! you may not create WakeRequests in {ns}: ", run.Out, StringComparison.Ordinal);
    }
}
