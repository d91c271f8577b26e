using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Verbs;

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
        var user = $"user-{Guid.NewGuid().ToString("N")[..8]}";
        await GrantAsync(user, bed.Namespace, "kubewol.io wakerequests create");

        var refused = await AskAsync(user, bed.Namespace, verb, settings);
        Assert.False(refused.Succeeded);
        Assert.Contains("through KubeWol you need the right to", refused.Error, StringComparison.Ordinal);
        Assert.Contains($"in namespace {bed.Namespace}", refused.Error, StringComparison.Ordinal);

        await GrantAsync(user, bed.Namespace, rights);
        await TestCluster.Eventually.BecomesTrueAsync("the right has arrived", async () => (await AskAsync(user, bed.Namespace, verb, settings)).Succeeded, Cancel);
    }

    [Fact]
    public async Task A_request_that_reaches_all_namespaces_needs_a_right_in_all_namespaces()
    {
        var user = $"user-{Guid.NewGuid().ToString("N")[..8]}";
        await GrantAsync(user, Installation.Namespace, $"kubewol.io wakerequests create; {Start}");

        var refused = await AskAsync(user, Installation.Namespace, "Wake", "");

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
    [InlineData("""{"spec":{"template":{"spec":{"domain":{"devices":{"interfaces":null}},"networks":null}}}}""", "spec.template.spec.networks")]
    [InlineData("""{"spec":{"dataVolumeTemplates":[]}}""", "spec.dataVolumeTemplates")]
    [InlineData("""{"spec":{"template":{"spec":{"domain":{"devices":{"rng":{}}}}}}}""", "spec.template.spec.domain.devices")]
    [InlineData("""{"spec":{"template":{"metadata":{"annotations":{"hooks.kubevirt.io/hookSidecars":"[]"}}}}}""", "spec.template.metadata.annotations")]
    [InlineData("""{"metadata":{"annotations":{"kubewol.io/run-strategy":"Always"}},"spec":{"runStrategy":"Manual"}}""", null)]
    public async Task The_operators_right_to_patch_machines_does_not_reach_what_they_are_made_of(string patch, string? refused)
    {
        var machine = await bed.CreateMachineAsync($"guarded-{Guid.NewGuid().ToString("N")[..8]}");
        var answer = await bed.Cluster.Kubectl.RunAsync(
            ["patch", "vm", machine.Name, "-n", machine.Namespace, "--type=merge", "-p", patch, $"--as=system:serviceaccount:{Installation.Namespace}:kubewol-operator"], Cancel);

        Assert.True(answer.Succeeded == refused is null, answer.Error);
        if (refused is not null) Assert.Contains($"operator changes no {refused} of a machine", answer.Error, StringComparison.Ordinal);
    }

    private async Task GrantAsync(string user, string ns, string rights)
    {
        var role = $"{user}-{Guid.NewGuid().ToString("N")[..6]}";
        var rules = rights.Split(';', StringSplitOptions.TrimEntries).Select(r => r.Split(' ')).Select(r => $"{{apiGroups: [{r[0]}], resources: [{r[1]}], verbs: [{r[2]}]}}");
        await bed.Cluster.Kubectl.ApplyAsync(
            $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: {{role}}, namespace: {{ns}}}
            rules: [{{string.Join(", ", rules)}}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: {{role}}, namespace: {{ns}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{role}}}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{user}}}]
            """,
            Cancel);
    }

    private async Task<CommandResult> AskAsync(string user, string ns, string verb, string settings)
    {
        CommandResult answer = null!;
        await TestCluster.Eventually.BecomesTrueAsync(
            $"{user} may create WakeRequests",
            async () => (answer = await bed.Cluster.Kubectl.RunAsync(["create", "-f", "-", $"--as={user}"], Manifest(ns, verb, settings), Cancel)).Succeeded
                || !answer.Error.Contains("cannot create resource \"wakerequests\"", StringComparison.Ordinal),
            Cancel);
        return answer;
    }

    private static string Manifest(string ns, string verb, string settings) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeRequest
        metadata: {generateName: deputy-, namespace: {{ns}}}
        spec: {action: {{verb}}, target: {macAddress: "52:54:00:de:9d:00"}, deadlineSeconds: 5{{(settings.Length > 0 ? ", " : "")}}{{settings}} }
        """;
}
