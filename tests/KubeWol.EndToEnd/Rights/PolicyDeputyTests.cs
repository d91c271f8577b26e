using System.Text.Json.Nodes;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Rights;

/// <summary>Whoever lets frames do something needs the right to do it: WakePolicies and WakeTemplates are no way around Kubernetes' own rights.</summary>
public sealed class PolicyDeputyTests(Bed bed)
{
    private const string Start = "subresources.kubevirt.io virtualmachines/start update; subresources.kubevirt.io virtualmachineinstances/unpause update";
    private const string Writes = "kubewol.io wakepolicies,waketemplates create; kubewol.io wakepolicies,waketemplates get; kubewol.io wakepolicies,waketemplates patch";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("verbs: [Wake], proof: None", "wake", Start)]
    [InlineData("verbs: [Sleep], proof: None, sleepMode: Pause", "put to sleep", "subresources.kubevirt.io virtualmachineinstances/pause update")]
    [InlineData("verbs: [Sleep], proof: None, sleepMode: Stop", "put to sleep", "subresources.kubevirt.io virtualmachines/stop update")]
    [InlineData("verbs: [Move], proof: None", "move", "subresources.kubevirt.io virtualmachines/migrate update; kubevirt.io virtualmachines patch")]
    [InlineData("verbs: [Instantiate], proof: None", "instantiate", "kubevirt.io virtualmachines create; subresources.kubevirt.io virtualmachines/start update")]
    [InlineData("verbs: [Destroy], proof: Signed, signed: {keys: [{id: a, publicKey: \"-----BEGIN PUBLIC KEY-----\"}]}", "destroy", "kubevirt.io virtualmachines delete")]
    public async Task Whoever_writes_a_policy_needs_the_right_of_every_verb_in_it(string spec, string verb, string rights)
    {
        var user = new Caller(bed);
        await user.GrantAsync(bed.Namespace, Writes);

        var refused = await user.CreateAsync(Policy(spec));
        Assert.False(refused.Succeeded);
        Assert.Contains($"to let a WakePolicy {verb} you need the right to", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"in namespace {bed.Namespace}", refused.Error, StringComparison.Ordinal);

        await user.GrantAsync(bed.Namespace, rights);
        await Eventually.BecomesTrueAsync("the right has arrived", async () => (await user.CreateAsync(Policy(spec))).Succeeded, Cancel);
    }

    [Fact]
    public async Task A_policy_of_two_verbs_needs_the_rights_of_both()
    {
        var user = new Caller(bed);
        await user.GrantAsync(bed.Namespace, $"{Writes}; {Start}");
        await Eventually.BecomesTrueAsync("the right has arrived", async () => (await user.CreateAsync(Policy("verbs: [Wake], proof: None"))).Succeeded, Cancel);

        var refused = await user.CreateAsync(Policy("verbs: [Wake, Sleep], proof: None"));

        Assert.False(refused.Succeeded);
        Assert.Contains("to let a WakePolicy put to sleep you need the right to update virtualmachineinstances/pause", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wakepolicies", "verbs: [Wake], proof: None", """{"spec":{"verbs":["Wake","Sleep"]}}""", "to let a WakePolicy")]
    [InlineData("waketemplates", "macAddresses: {prefixes: [\"52:54:00:e9\"]}, virtualMachine: {spec: {}}", """{"spec":{"maxInstances":50}}""", "to write a WakeTemplate")]
    public async Task Who_may_not_do_what_it_says_may_label_it_and_not_change_it(string resource, string spec, string change, string refusal)
    {
        var user = new Caller(bed);
        await user.GrantAsync(bed.Namespace, Writes);
        var name = await CreateAsync(resource, spec);

        var labelled = await user.KubectlAsync(["label", resource, name, "-n", bed.Namespace, "team=mine"]);
        Assert.True(labelled.Succeeded, labelled.Error);
        var changed = await user.KubectlAsync(["patch", resource, name, "-n", bed.Namespace, "--type=merge", "-p", change]);
        Assert.False(changed.Succeeded);
        Assert.Contains(refusal, changed.Error, StringComparison.Ordinal);
    }

    /// <summary>A field for it would make rights in one namespace reach another: whoever adds one has to think of the admission policies.</summary>
    [Theory]
    [InlineData("wakepolicies.kubewol.io")]
    [InlineData("waketemplates.kubewol.io")]
    public async Task Neither_kind_has_a_field_that_names_a_namespace(string crd)
    {
        var definition = JsonNode.Parse(await bed.Cluster.Kubectl.OutputAsync(["get", "crd", crd, "-o", "json"], Cancel))!;
        Assert.Equal("Namespaced", (string?)definition["spec"]!["scope"]);
        var names = Names(definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!).ToList();
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => name.Contains("namespace", StringComparison.OrdinalIgnoreCase));
    }

    private static IEnumerable<string> Names(JsonNode schema)
    {
        foreach (var (name, value) in (schema["properties"] as JsonObject) ?? [])
        {
            yield return name;
            foreach (var inner in Names(value!)) yield return inner;
        }

        if (schema["items"] is { } items)
        {
            foreach (var inner in Names(items)) yield return inner;
        }
    }

    private async Task<string> CreateAsync(string resource, string spec)
    {
        var manifest = resource == "wakepolicies" ? Policy(spec) : Policy(spec).Replace("WakePolicy", "WakeTemplate", StringComparison.Ordinal);
        var created = (await bed.Cluster.Kubectl.RunAsync(["create", "-f", "-", "-o", "name"], manifest, Cancel)).Checked.Trim();
        return created[(created.IndexOf('/', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>For machines that nobody has, so that it is no other test's business.</summary>
    private string Policy(string spec) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {generateName: deputy-, namespace: {{bed.Namespace}}}
        spec: { {{(spec.Contains("verbs", StringComparison.Ordinal) ? "selector: {matchLabels: {nobody: has-this}}, " : "")}}{{spec}} }
        """;
}
