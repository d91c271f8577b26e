using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Security;

/// <summary>What a policy says of itself, and how often it lets somebody through.</summary>
public sealed class PolicyStatusTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SelectsNothing", "no VirtualMachine of its namespace has such labels", "selector: {matchLabels: {nobody: has-this}}, verbs: [Wake], proof: None")]
    [InlineData("PasswordMissing", "under the key of-nobody", "verbs: [Wake], proof: SecureOn, secureOn: {passwordKeys: [of-nobody]}")]
    [InlineData("NodeNotFound", "from.nodes names node-z", "verbs: [Wake], proof: None, from: [{nodes: [node-z]}]")]
    [InlineData("InvalidKey", "signed.keys \"mine\" cannot be used", "verbs: [Wake], proof: Signed, signed: {keys: [{id: mine, publicKey: \"-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----\\n\"}]}")]
    [InlineData("NotHeard", "the agents do not listen to UDP port 4711", "verbs: [Sleep], proof: None, aliases: [{verb: Sleep, port: 4711}]")]
    public async Task A_policy_that_can_never_match_says_so(string reason, string words, string spec)
    {
        var name = $"never-{reason.ToLowerInvariant()}";
        var labels = new Dictionary<string, string> { ["never"] = reason.ToLowerInvariant() };
        await bed.CreateMachineAsync(bed.Machine(name) with { Labels = labels }, "Stopped");
        if (!spec.Contains("selector", StringComparison.Ordinal)) spec = $"selector: {{matchLabels: {{never: {reason.ToLowerInvariant()}}}}}, {spec}";
        await ApplyAsync(name, spec);
        var said = "";
        await Eventually.BecomesTrueAsync($"the policy says {reason}", async () =>
            (said = await bed.Cluster.Kubectl.OutputAsync(["get", "wakepolicy", name, "-n", bed.Namespace, "-o", "jsonpath={.status.conditions[0].status} {.status.conditions[0].reason}: {.status.conditions[0].message}"], Cancel))
                .StartsWith($"False {reason}: ", StringComparison.Ordinal), Cancel);

        Assert.Contains(words, said, StringComparison.Ordinal);
        await bed.Cluster.Kubectl.OutputAsync(["delete", "wakepolicy", name, "-n", bed.Namespace], Cancel);
    }

    [Fact]
    public async Task A_policy_lets_through_as_many_as_it_says()
    {
        var labels = new Dictionary<string, string> { ["limited"] = "yes" };
        await ApplyAsync("limited", "selector: {matchLabels: {limited: \"yes\"}}, verbs: [Wake], proof: None, rateLimits: {perSender: {requests: 2, seconds: 600}}");
        var machines = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => bed.CreateMachineAsync(bed.Machine($"limited-{i}") with { Labels = labels }, "Stopped")));
        foreach (var machine in machines) await bed.SendAsync("wakeonlan", machine.Mac!);
        var ended = await Task.WhenAll(machines.Select(m => bed.FinishedRequestForAsync(m.Mac!)));

        Assert.Equal(["RateLimited", "RateLimited", "RateLimited", "Started", "Started"], ended.Select(r => $"{r.Status!.Reason}").Order(StringComparer.Ordinal));
        var now = await Task.WhenAll(machines.Select(bed.MachineAsync));
        Assert.Equal(2, now.Count(m => m.Status!.PrintableStatus == "Running"));
    }

    private Task<string> ApplyAsync(string name, string spec) => bed.Cluster.Kubectl.ApplyAsync(
        $"apiVersion: kubewol.io/v1alpha1\nkind: WakePolicy\nmetadata: {{name: {name}, namespace: {bed.Namespace}}}\nspec: {{{spec}}}\n", Cancel);
}
