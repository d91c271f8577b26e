using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestCluster;

namespace KubeWol.Operator.Tests.Templates.Genuine;

public sealed class CloneTests(TemplateBed bed) : IClassFixture<TemplateBed>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clone_of_a_machine_carries_the_called_address_on_the_interface_named_and_no_other()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(Source(ns, "golden", ""));
        var template = await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}\ninterface: san\nlabels: {{made: here}}");
        Assert.Equal("True Usable: machines can be made from it", TemplateBed.Line(template, "Ready"));

        var made = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal((WakePhase.Succeeded, WakeReason.Instantiated), (made.Status!.Phase, made.Status.Reason));
        var machine = (await bed.ListAsync(ns, "vm")).Single(m => (string?)m["metadata"]!["name"] != "golden");
        Assert.Equal([null, $"{prefix}:00:00:01"], machine["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]!.AsArray().Select(i => (string?)i!["macAddress"]));
        Assert.Equal(("linux", "here", "copies", "kubewol"), (Label(machine, "os"), Label(machine, "made"), Label(machine, "kubewol.io/template"), Label(machine, "app.kubernetes.io/managed-by")));
        Assert.Equal(made.Metadata.Uid, (string?)machine["metadata"]!["annotations"]!["kubewol.io/created-by"]);
        Assert.NotNull(machine["metadata"]!["annotations"]!["restore.kubevirt.io/lastRestoreUID"]);
        await bed.TemplateBecomesAsync(ns, "copies", "told of its machine", t => t.Status!.Instances == 1);
    }

    [Fact]
    public async Task A_clone_of_a_snapshot_is_the_machine_that_it_holds()
    {
        var (ns, prefix) = await bed.NewAsync();
        var waiting = await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{kind: VirtualMachineSnapshot, name: monday}}");
        Assert.Equal($"False SourceNotFound: the VirtualMachineSnapshot monday does not exist in namespace {ns}", TemplateBed.Line(waiting, "Ready"));

        await bed.ApplyAsync($$"""
            apiVersion: snapshot.kubevirt.io/v1beta1
            kind: VirtualMachineSnapshot
            metadata: {name: monday, namespace: {{ns}} }
            spec: {source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: gone} }
            status: {readyToUse: true, virtualMachineSnapshotContentName: content}
            ---
            apiVersion: snapshot.kubevirt.io/v1beta1
            kind: VirtualMachineSnapshotContent
            metadata: {name: content, namespace: {{ns}} }
            spec:
              source:
                virtualMachine: {metadata: {name: gone}, spec: {running: true, template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} } } }
            """);
        var made = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal((WakePhase.Succeeded, WakeReason.Instantiated), (made.Status!.Phase, made.Status.Reason));
        var machine = Assert.Single(await bed.ListAsync(ns, "vm"));
        Assert.Equal($"{prefix}:00:00:01", (string?)machine["spec"]!["template"]!["spec"]!["domain"]!["devices"]!["interfaces"]![0]!["macAddress"]);
        Assert.Equal("copies", Label(machine, "kubewol.io/template"));
    }

    [Fact]
    public async Task Clones_count_before_their_machines_are_there()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(Source(ns, "golden", ""));
        await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}\nmaxInstances: 2");
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => bed.AskAsync(ns, $"{prefix}:00:00:{i:x2}")));
        Assert.Equal((2, 6), (asked.Count(r => r.Status!.Reason == WakeReason.Instantiated), asked.Count(r => r.Status!.Reason == WakeReason.TooManyInstances)));
        Assert.Equal(3, (await bed.ListAsync(ns, "vm")).Count);
    }

    [Fact]
    public async Task A_clone_that_fails_is_told_in_KubeVirts_words_and_taken_away()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(Source(ns, "golden", "standin.kubewol.io/clone: fails"));
        await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}");
        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal(WakeReason.Refused, refused.Status!.Reason);
        Assert.Matches($"^KubeVirt refuses to create {ns}/copies-[0-9a-f]+; it says: the clone failed: snapshot tmp-snapshot-[-0-9a-f]+ does not exist anymore$", refused.Status.Message);
        Assert.Empty(await bed.ListAsync(ns, "vmclone"));
        Assert.Single(await bed.ListAsync(ns, "vm"));
    }

    [Fact]
    public async Task A_clone_that_hangs_is_taken_away_at_the_deadline()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(Source(ns, "golden", "standin.kubewol.io/clone: hangs"));
        await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}");
        var asked = bed.AskAsync(ns, $"{prefix}:00:00:01", deadline: 5);
        await Eventually.BecomesTrueAsync("a clone is under way", async () => (await bed.ListAsync(ns, "vmclone")).Count == 1, Cancel);
        var refused = await asked;
        Assert.Equal(WakeReason.DeadlineExceeded, refused.Status!.Reason);
        Assert.Empty(await bed.ListAsync(ns, "vmclone"));
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_told_and_its_return_is_seen()
    {
        var (ns, prefix) = await bed.NewAsync();
        var template = await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}");
        Assert.Equal($"False SourceNotFound: the VirtualMachine golden does not exist in namespace {ns}", TemplateBed.Line(template, "Ready"));
        var refused = await bed.AskAsync(ns, $"{prefix}:00:00:01");
        Assert.Equal((WakeReason.TemplateNotUsable, $"WakeTemplate {ns}/copies cannot be used: the VirtualMachine golden does not exist in namespace {ns}"), (refused.Status!.Reason, refused.Status.Message));
        Assert.Empty(await bed.ListAsync(ns, "vmclone"));

        await bed.ApplyAsync(Source(ns, "golden", ""));
        await bed.TemplateBecomesAsync(ns, "copies", "usable", t => TemplateBed.Line(t, "Ready").StartsWith("True", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interface_that_the_source_does_not_have_is_told()
    {
        var (ns, prefix) = await bed.NewAsync();
        await bed.ApplyAsync(Source(ns, "golden", ""));
        var template = await bed.TemplateAsync(ns, "copies", $"macAddresses: {{prefixes: ['{prefix}']}}\nclone: {{name: golden}}\ninterface: wan");
        Assert.Equal("False NoInterface: its machine has no network interface wan (it has lan, san)", TemplateBed.Line(template, "Ready"));
        Assert.Equal(WakeReason.TemplateNotUsable, (await bed.AskAsync(ns, $"{prefix}:00:00:01")).Status!.Reason);
    }

    private static string? Label(JsonNode machine, string name) => (string?)machine["metadata"]!["labels"]?[name];

    private static string Source(string ns, string name, string annotation) => $$"""
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: {{name}}, namespace: {{ns}}, labels: {os: linux}, annotations: { {{annotation}} } }
        spec:
          runStrategy: Halted
          template:
            spec:
              terminationGracePeriodSeconds: 0
              domain: {devices: {interfaces: [{name: lan, masquerade: {}, macAddress: "02:00:00:00:00:aa"}, {name: san, bridge: {}, macAddress: "02:00:00:00:00:ab"}]} }
              networks: [{name: lan, pod: {} }, {name: san, multus: {networkName: san} }]
        """;
}
