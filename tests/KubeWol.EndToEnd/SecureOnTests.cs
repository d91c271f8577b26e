using System.Text;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Proofs.SecureOn;
using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd;

/// <summary>What stands between a frame with a password and who may compare it, under the rights of the chart.</summary>
public sealed class SecureOnTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("01020304")]
    [InlineData("A1B2C3D4E5F6")]
    public async Task A_password_reaches_the_operator_sealed_with_the_key_it_made(string password)
    {
        var address = await AddressAsync();
        await Eventually.BecomesTrueAsync("the operator has published a key", async () => (await ConfigAsync()).SealingKey is not null, Cancel);
        var request = await HeardWithAsync(address, password);

        using var key = await KeyAsync();
        Assert.Equal((await ConfigAsync()).SealingKey, key.PublicText);
        Assert.True(PasswordDigest.TryParse(request.Spec.Frame!.SecureOnDigest!, out var digest));
        var context = new SealContext(request.Metadata.Name, address, request.Spec.Frame.Node!, request.Spec.Frame.CapturedAt!.Value);
        Assert.Equal(1, key.Find(digest, context, [SecureOnPassword.Of([9, 9, 9, 9]), SecureOnPassword.Of(Convert.FromHexString(password))]));

        // Neither the request nor any log has it, as it is or in base64.
        var stored = await bed.Cluster.Kubectl.OutputAsync(["get", "wakerequest", request.Metadata.Name, "-n", Installation.Namespace, "-o", "yaml"], Cancel);
        var logged = bed.Agents.Concat(bed.Operators).SelectMany(p => p.Process.Lines);
        foreach (var spelling in (string[])[password, Convert.ToBase64String(Convert.FromHexString(password)).TrimEnd('=')])
            Assert.DoesNotContain(logged.Append(stored), line => line.Contains(spelling, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Where_a_policy_names_a_node_its_agents_request_stands_beside_that_of_the_others()
    {
        var key = new ResourceKey(bed.Namespace, "tells-node-b-apart");
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: {{key.Name}}, namespace: {{key.Namespace}} }
            spec:
              selector: {matchLabels: {nobody: has-this} }
              verbs: [Wake]
              proof: None
              from: [{nodes: [node-b]}]
            """, Cancel);
        try
        {
            await Eventually.BecomesTrueAsync("the agents are told", async () => (await ConfigAsync()).Distinguish.Nodes!.Contains("node-b"), Cancel);
            // The watch of node-b's agent may be a moment later.
            var nodes = new HashSet<string>();
            await Eventually.BecomesTrueAsync("two requests stand beside each other", async () =>
            {
                var address = await AddressAsync();
                bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(address)));
                await bed.FinishedRequestsForAsync(address.ToString());
                await Eventually.BecomesTrueAsync("all agents have written", async () => await WrittenAsync() >= await bed.CountAsync("Accepted"), Cancel);
                nodes = [.. (await bed.RequestsForAsync(address.ToString())).Select(r => r.Spec.Frame!.Node!)];
                return nodes.Count == 2;
            }, Cancel);
            Assert.Contains("node-b", nodes);
        }
        finally
        {
            await bed.Cluster.Kubectl.OutputAsync(["delete", "wakepolicy", key.Name, "-n", bed.Namespace], Cancel);
        }

        await Eventually.BecomesTrueAsync("the agents are told that it is over", async () => (await ConfigAsync()).Distinguish.Nodes is [], Cancel);
        await Eventually.BecomesTrueAsync("one broadcast is one request again", async () =>
        {
            var address = await AddressAsync();
            bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(address)));
            await bed.FinishedRequestsForAsync(address.ToString());
            await Eventually.BecomesTrueAsync("all agents have written", async () => await WrittenAsync() >= await bed.CountAsync("Accepted"), Cancel);
            return (await bed.RequestsForAsync(address.ToString())).Count == 1;
        }, Cancel);
    }

    /// <summary>That of a machine; for others agents write nothing.</summary>
    private async Task<MacAddress> AddressAsync()
    {
        var machine = bed.Machine($"sealed-{Guid.NewGuid().ToString("N")[..8]}");
        await bed.Cluster.ApplyAsync(machine, Cancel);
        return MacAddress.Parse(machine.Mac!);
    }

    private async Task<double> WrittenAsync()
    {
        string[] results = ["Created", "AlreadyThere", "Replayed", "Refused", "Late"];
        var counts = await Task.WhenAll(from agent in bed.Agents from result in results select agent.MetricAsync($"kubewol_agent_requests_total{{result=\"{result}\"}}", Cancel));
        return counts.Sum();
    }

    private async Task<AgentConfig> ConfigAsync() => AgentConfig.Of(await bed.Cluster.Client.GetAsync(ConfigMap.Type, AgentConfig.KeyIn(Installation.Namespace), Cancel));

    private async Task<OpeningKey> KeyAsync()
    {
        var text = await bed.Cluster.Kubectl.OutputAsync(["get", "secret", "kubewol-operator-key", "-n", Installation.Namespace, "-o", "go-template={{range .data}}{{.}}{{end}}"], Cancel);
        return OpeningKey.TryImport(Encoding.ASCII.GetString(Convert.FromBase64String(text)), out var key, out var problem) ? key : throw new InvalidOperationException(problem);
    }

    private async Task<WakeRequest> HeardWithAsync(MacAddress address, string password)
    {
        // The agents' watches may be a moment behind the ConfigMap: a frame that came too early is sent again, as a person would.
        WakeRequest? request = null;
        await Eventually.BecomesTrueAsync("a request carries a digest", async () =>
        {
            bed.SendFrame(new WolFrameBuilder().Build(MagicPacket.Build(address, Convert.FromHexString(password))));
            request = (await bed.FinishedRequestsForAsync(address.ToString())).FirstOrDefault(r => r.Spec.Frame?.SecureOnDigest is not null);
            return request is not null;
        }, Cancel);
        return request!;
    }
}
