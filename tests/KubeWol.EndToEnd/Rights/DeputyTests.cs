using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Rights;

/// <summary>Nobody does through KubeWol what they may not do themselves.</summary>
public sealed class DeputyTests(Bed bed)
{
    private const string Start = "subresources.kubevirt.io virtualmachines/start update; subresources.kubevirt.io virtualmachineinstances/unpause update";
    private const string Move = "subresources.kubevirt.io virtualmachines/migrate update; kubevirt.io virtualmachines patch";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Wake", "", Start)]
    [InlineData("Sleep", "sleep: {mode: Pause}", "subresources.kubevirt.io virtualmachineinstances/pause update")]
    [InlineData("Sleep", "sleep: {mode: Stop}", "subresources.kubevirt.io virtualmachines/stop update")]
    [InlineData("Move", "", Move)]
    [InlineData("Instantiate", "", "kubevirt.io virtualmachines create; subresources.kubevirt.io virtualmachines/start update")]
    [InlineData("Destroy", "", "kubevirt.io virtualmachines delete")]
    public async Task Whoever_asks_for_a_verb_needs_the_right_the_verb_needs(string verb, string settings, string rights)
    {
        var user = new Caller(bed);
        await user.GrantAsync(bed.Namespace, "kubewol.io wakerequests create");

        var refused = await user.CreateAsync(Manifest(bed.Namespace, verb, settings));
        Assert.False(refused.Succeeded);
        Assert.Contains("through KubeWol you need the right to", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"in namespace {bed.Namespace}", refused.Error, StringComparison.Ordinal);

        await user.GrantAsync(bed.Namespace, rights);
        await Eventually.BecomesTrueAsync("the right has arrived", async () => (await user.CreateAsync(Manifest(bed.Namespace, verb, settings))).Succeeded, Cancel);
    }

    [Fact]
    public async Task A_request_that_reaches_all_namespaces_needs_a_right_in_all_namespaces()
    {
        var user = new Caller(bed);
        await user.GrantAsync(Installation.Namespace, $"kubewol.io wakerequests create; {Start}");

        var refused = await user.CreateAsync(Manifest(Installation.Namespace, "Wake", ""));

        Assert.False(refused.Succeeded);
        Assert.Contains("in all namespaces", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_but_an_agent_says_what_was_heard()
    {
        var refused = await bed.Cluster.Kubectl.RunAsync(["create", "-f", "-"], Manifest(bed.Namespace, "Wake", "frame: {node: node-a, interface: eth0, transport: Ethernet, capturedAt: \"2026-11-22T12:00:00.000000Z\"}"), Cancel);

        Assert.False(refused.Succeeded);
        Assert.Contains("only the agents set it", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"spec":{"template":{"spec":{"volumes":[{"name":"secret","hostDisk":{"path":"/etc/shadow","type":"Disk"}}]}}}}""", "spec.template.spec.volumes")]
    [InlineData("""{"spec":{"template":{"spec":{"domain":{"devices":{"interfaces":null}},"networks":null}}}}""", "spec.template.spec.networks, spec.template.spec.domain.devices")]
    [InlineData("""{"spec":{"dataVolumeTemplates":[]}}""", "spec.dataVolumeTemplates")]
    [InlineData("""{"spec":{"template":{"spec":{"domain":{"devices":{"rng":{}}}}}}}""", "spec.template.spec.domain.devices")]
    [InlineData("""{"spec":{"template":{"metadata":{"annotations":{"hooks.kubevirt.io/hookSidecars":"[]"}}}}}""", "spec.template.metadata")]
    [InlineData("""{"spec":{"template":{"spec":{"domain":{"memory":{"guest":"64Gi"}}}}}}""", "spec.template.spec.domain.memory")]
    [InlineData("""{"spec":{"template":{"metadata":{"labels":null}}}}""", "spec.template.metadata")]
    [InlineData("""{"spec":{"template":{"spec":{"nodeSelector":{"a":"b"}}}}}""", "spec.template.spec.nodeSelector")]
    [InlineData("""{"spec":{"updateVolumesStrategy":"Replacement"}}""", "spec.updateVolumesStrategy")]
    [InlineData("""{"metadata":{"labels":{"team":"mine"}}}""", "metadata.labels")]
    [InlineData("""{"metadata":{"finalizers":["mine.io/stays"]}}""", "metadata.finalizers")]
    [InlineData("""{"metadata":{"annotations":{"kubewol.io.mine.io/a":"b"}}}""", "metadata.annotations.kubewol.io.mine.io/a")]
    [InlineData("""{"spec":{"template":{"spec":{"affinity":{"nodeAffinity":{}},"architecture":"amd64"}}}}""", null)]
    [InlineData("""{"metadata":{"annotations":{"kubewol.io/run-strategy":"Always"}},"spec":{"runStrategy":"Manual"}}""", null)]
    public async Task The_operators_right_to_patch_machines_reaches_what_it_needs_and_nothing_else(string patch, string? refused)
    {
        var machine = await bed.CreateMachineAsync($"guarded-{Guid.NewGuid().ToString("N")[..8]}");
        var answer = await bed.Cluster.Kubectl.RunAsync(
            ["patch", "vm", machine.Name, "-n", machine.Namespace, "--type=merge", "-p", patch, $"--as=system:serviceaccount:{Installation.Namespace}:kubewol-operator"], Cancel);

        Assert.True(answer.Succeeded == refused is null, answer.Error);
        if (refused is not null) Assert.Contains($"of a machine, but not {refused}\n", answer.Error, StringComparison.Ordinal);
    }

    private static string Manifest(string ns, string verb, string settings) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeRequest
        metadata: {generateName: deputy-, namespace: {{ns}}}
        spec: {action: {{verb}}, target: {macAddress: "52:54:00:de:9d:00"}, deadlineSeconds: 5{{(settings.Length > 0 ? ", " : "")}}{{settings}} }
        """;
}
