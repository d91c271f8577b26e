using KubeWol.Api.Index;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Rights;

/// <summary>
/// The chart grants what KubeWol asks for, and nothing that it does not: read from the API server's log of its decisions. That nothing else is denied in
/// the whole run is seen to by <see cref="Bed"/>.
/// </summary>
public sealed class RightsTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_right_that_the_chart_grants_is_used_and_nothing_is_denied()
    {
        Assert.SkipWhen(bed.Cluster.Server?.AuthorizationLog is null, "only our own API server keeps a log of its decisions");
        await Task.WhenAll(WakesAndSleepsAsync(), MovesAsync(), ClonesAsync(), ProcessesAsync(), ForgetsAsync(), TellsAgentsAsync(), TellsAddressesAsync());

        var comparison = bed.CompareRights();
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "rights.md"), comparison.Print(), Cancel);
        Assert.True(comparison.Missing.Count == 0, $"the chart does not grant what was asked for:\n{string.Join('\n', comparison.Missing)}");
        Assert.True(comparison.Unused.Count == 0, $"the chart grants what nobody asked for:\n{string.Join('\n', comparison.Unused)}");
    }

    /// <summary>Start, pause, unpause, stop, by a frame that all nodes hear and by requests; a run strategy to keep; and the end of it.</summary>
    private async Task WakesAndSleepsAsync()
    {
        var machine = await bed.CreateMachineAsync(bed.Machine("rights-power") with { RunStrategy = "Manual" }, "Stopped");
        await bed.SendAsync("wakeonlan", machine.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        Assert.Equal(WakeReason.Paused, await EndAsync(machine, new() { Action = WakeAction.Sleep, Target = null!, Sleep = new() { Mode = SleepMode.Pause } }));
        Assert.Equal(WakeReason.Unpaused, await EndAsync(machine, new() { Action = WakeAction.Wake, Target = null! }));
        Assert.Equal(WakeReason.Stopped, await EndAsync(machine, new() { Action = WakeAction.Sleep, Target = null!, Sleep = new() { Mode = SleepMode.Stop } }));
        Assert.Equal(WakeReason.Placed, await EndAsync(machine, new() { Action = WakeAction.Move, Target = null!, Move = new() { NodeName = "node-b" } }));
        Assert.Equal(WakeReason.Destroyed, await EndAsync(machine, new() { Action = WakeAction.Destroy, Target = null! }));
    }

    /// <summary>A migration that is made, and two that are cancelled at the deadline: one under way, one that never came to be.</summary>
    private async Task MovesAsync()
    {
        var moved = await bed.CreateMachineAsync(bed.Machine("rights-moved") with { RunStrategy = "Always" }, "Running");
        Assert.Equal(WakeReason.Moved, await EndAsync(moved, new() { Action = WakeAction.Move, Target = null! }));
        var stuck = bed.Machine("rights-stuck") with { RunStrategy = "Always", Annotations = new Dictionary<string, string> { [StandInAnnotations.Migration] = "hangs" } };
        await bed.CreateMachineAsync(stuck, "Running");
        Assert.Equal(WakeReason.DeadlineExceeded, await EndAsync(stuck, new() { Action = WakeAction.Move, Target = null!, DeadlineSeconds = 5 }));
    }

    /// <summary>Machines made from a machine and from a snapshot; the second clone hangs, and is taken away.</summary>
    private async Task ClonesAsync()
    {
        await bed.Cluster.Kubectl.ApplyAsync(
            $$"""
            apiVersion: kubevirt.io/v1
            kind: VirtualMachine
            metadata: {name: rights-golden, namespace: {{bed.Namespace}}, annotations: {standin.kubewol.io/clone: hangs} }
            spec:
              runStrategy: Halted
              template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} }
            ---
            apiVersion: snapshot.kubevirt.io/v1beta1
            kind: VirtualMachineSnapshot
            metadata: {name: rights-monday, namespace: {{bed.Namespace}} }
            spec: {source: {apiGroup: kubevirt.io, kind: VirtualMachine, name: gone} }
            status: {readyToUse: true, virtualMachineSnapshotContentName: rights-content}
            ---
            apiVersion: snapshot.kubevirt.io/v1beta1
            kind: VirtualMachineSnapshotContent
            metadata: {name: rights-content, namespace: {{bed.Namespace}} }
            spec:
              source:
                virtualMachine: {metadata: {name: gone}, spec: {runStrategy: Halted, template: {spec: {domain: {devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} } } }
            """,
            Cancel);
        await TemplateAsync("rights-copies", "clone: {name: rights-golden}");
        await TemplateAsync("rights-restored", "clone: {kind: VirtualMachineSnapshot, name: rights-monday}");
        await Task.WhenAll(
            MadeAsync("rights-copies", WakeReason.DeadlineExceeded, deadline: 5),
            MadeAsync("rights-restored", WakeReason.Instantiated, deadline: 60));
    }

    /// <summary>A machine made from KubeVirt's own template.</summary>
    private async Task ProcessesAsync()
    {
        await bed.Cluster.Kubectl.ApplyAsync(
            $$"""
            apiVersion: template.kubevirt.io/v1alpha1
            kind: VirtualMachineTemplate
            metadata: {name: rights-fedora, namespace: {{bed.Namespace}} }
            spec:
              parameters: [{name: NAME, required: true}, {name: MEMORY, value: 64Mi}]
              virtualMachine:
                metadata: {name: "${NAME}"}
                spec:
                  runStrategy: Halted
                  template: {spec: {domain: {memory: {guest: "${MEMORY}"}, devices: {interfaces: [{name: lan, masquerade: {} }]} }, networks: [{name: lan, pod: {} }]} }
            """,
            Cancel);
        await TemplateAsync("rights-processed", "virtualMachineTemplate: {name: rights-fedora, parameters: {NAME: made-$(macHex)}}");
        await MadeAsync("rights-processed", WakeReason.Instantiated, deadline: 60);
    }

    /// <summary>A request that is deleted when its time is over.</summary>
    private async Task ForgetsAsync()
    {
        var request = await bed.BeginAsync(bed.Namespace, new() { Action = WakeAction.Wake, Target = new() { Name = "nobody" }, DeadlineSeconds = 5, TtlSecondsAfterFinished = 0 });
        await Eventually.BecomesTrueAsync(
            "the request is gone", async () => await bed.Cluster.Client.GetAsync(WakeRequest.Type, new(request.Metadata.Namespace, request.Metadata.Name), Cancel) is null, Cancel);
    }

    /// <summary>A policy that tells nodes apart, of which agents are told. It is a node that is not there, so that their messages keep their names.</summary>
    private async Task TellsAgentsAsync()
    {
        await bed.Cluster.Kubectl.ApplyAsync(
            $$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: rights-elsewhere, namespace: {{bed.Namespace}} }
            spec: {selector: {matchLabels: {nobody: has-this} }, verbs: [Wake], proof: None, from: [{nodes: [rights-elsewhere]}]}
            """,
            Cancel);
        await Eventually.BecomesTrueAsync(
            "agents are told", async () => (await bed.Cluster.Kubectl.OutputAsync(["get", "configmap", "kubewol-agents", "-n", Installation.Namespace, "-o", "jsonpath={.data}"], Cancel))
                .Contains("rights-elsewhere", StringComparison.Ordinal), Cancel);
        await bed.Cluster.Kubectl.OutputAsync(["delete", "wakepolicy", "rights-elsewhere", "-n", bed.Namespace], Cancel);
    }

    /// <summary>A machine in each shard of the index.</summary>
    private async Task TellsAddressesAsync()
    {
        var machines = new Dictionary<int, MachineManifest>();
        while (machines.Count < AddressShards.Count)
        {
            var address = Bed.NextAddress();
            machines[AddressShards.Of(address.Bits)] = bed.Machine($"rights-{address:N}") with { Mac = address.ToString() };
        }

        foreach (var machine in machines.Values) await bed.Cluster.ApplyAsync(machine, Cancel);
        await Eventually.BecomesTrueAsync(
            "agents are told all addresses", () => Task.FromResult(!bed.CompareRights().Unused.Any(right => right is { Resource: "configmaps", Verb: "patch" })), Cancel);
    }

    private async Task<WakeReason?> EndAsync(MachineManifest machine, WakeRequestSpec spec) => (await bed.AskAsync(machine, spec)).Status!.Reason;

    private async Task TemplateAsync(string name, string source) => await bed.Cluster.Kubectl.ApplyAsync(
        $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeTemplate
        metadata: {name: {{name}}, namespace: {{bed.Namespace}} }
        spec: {macAddresses: {prefixes: ["52:54:00:e8"]}, {{source}} }
        """,
        Cancel);

    private async Task MadeAsync(string template, WakeReason reason, int deadline)
    {
        var made = await bed.AskAsync(
            bed.Namespace, new() { Action = WakeAction.Instantiate, Target = new() { MacAddress = Bed.NextAddress().ToString() }, Instantiate = new() { Template = template }, DeadlineSeconds = deadline });
        Assert.True(reason == made.Status!.Reason, $"{template}: {made.Status.Reason} {made.Status.Message}");
    }
}
