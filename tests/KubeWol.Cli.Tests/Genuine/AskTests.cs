using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using YamlDotNet.Serialization;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>The five verbs against a genuine API server and the operator itself.</summary>
public sealed class AskTests(CliBed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_woken_moved_put_to_sleep_and_destroyed()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");

        Assert.Matches($@"^✔ Started after \d+\.\d s: {ns}/web-01 was Stopped; it was started and is ready on node-[ab]\n$", (await bed.RunAsync("wake", "web-01", "-n", ns)).Checked);
        await bed.WaitForAsync(machine, "Running");

        var moved = await bed.RunAsync("move", machine.Mac!, "-n", ns);
        Assert.Matches(@"^✔ Moved after .* moved from node-. to node-.", moved.Checked);

        Assert.Contains("is paused now", (await bed.RunAsync("sleep", $"{ns}/web-01", "--mode", "pause")).Checked, StringComparison.Ordinal);
        await bed.WaitForAsync(machine, "Paused");
        Assert.StartsWith("✔ Stopped", (await bed.RunAsync("sleep", "vm/web-01", "-n", ns, "--mode", "stop", "--force")).Checked, StringComparison.Ordinal);
        await bed.WaitForAsync(machine, "Stopped");

        Assert.Contains("was deleted and is gone", (await bed.RunAsync("destroy", "web-01", "-n", ns, "--yes")).Checked, StringComparison.Ordinal);
        Assert.Null(await bed.MachineAsync(machine));
    }

    [Fact]
    public async Task A_machine_is_instantiated_from_a_template()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: small, namespace: {{ns}} }
            spec:
              macAddresses: {prefixes: ["52:54:00:c7"]}
              parameters: [{name: size, type: Integer, default: "1"}]
              virtualMachine:
                spec:
                  runStrategy: Manual
                  template:
                    spec:
                      domain: {memory: {guest: 64Mi}, devices: {interfaces: [{name: default, masquerade: {} }]} }
                      networks: [{name: default, pod: {} }]
            """, Cancel);
        var made = await bed.RunAsync("instantiate", "52:54:00:c7:00:01", "-n", ns, "--template", "small", "--parameter", "size=2");
        Assert.StartsWith("✔ Instantiated", made.Checked, StringComparison.Ordinal);

        var refused = await bed.RunAsync("instantiate", "52:54:00:c7:00:02", "-n", ns, "--template", "none");
        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.Contains($"there is no WakeTemplate {ns}/none\nWhich templates are there? Try: kubectl get waketemplates -n {ns}", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_it_goes_is_told_line_by_line_where_no_terminal_is()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var run = await bed.RunAsync("wake", "web-01", "-n", ns);
        Assert.Contains($"Running (WaitingForStart): {ns}/web-01 is on its way up\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Error + run.Out);
        Assert.DoesNotContain('\r', run.Error);
    }

    [Fact]
    public async Task On_a_terminal_one_line_is_painted_over_and_wiped_in_the_end()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var run = await bed.RunAsync(new Around { IsLive = true, Colours = true }, "wake", "web-01", "-n", ns);
        Assert.StartsWith("\e[32m✔\e[0m Started", run.Checked, StringComparison.Ordinal);
        Assert.Contains("\r\e[K⠋ 0.0 s  ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("\r\e[K", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', run.Error);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task The_finished_request_is_printed_for_programs(string format)
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var run = await bed.RunAsync("wake", "web-01", "-n", ns, "-o", format);
        var text = format == "json" ? run.Checked : new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().Build().Deserialize<object>(run.Checked));
        var request = JsonNode.Parse(text)!;
        Assert.Equal("Succeeded", (string?)request["status"]!["phase"]);
        Assert.Equal("Started", (string?)request["status"]!["reason"]);
        Assert.Null(request["metadata"]!["managedFields"]);
        Assert.Contains("✔ Started", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_waiting_the_request_is_only_created()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");
        var run = await bed.RunAsync("wake", "web-01", "-n", ns, "--wait=false", "--timeout", "60", "-o", "name");
        var name = run.Checked.Trim().Split('/')[1];
        Assert.StartsWith("wake-web-01-", name, StringComparison.Ordinal);
        var request = await bed.Cluster.Client.GetAsync(WakeRequest.Type, new ResourceKey(ns, name), Cancel);
        Assert.Equal(60, request!.Spec.DeadlineSeconds);
        await bed.WaitForAsync(machine, "Running");
    }

    [Fact]
    public async Task A_dry_run_creates_nothing()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var client = await bed.RunAsync("sleep", "web-01", "-n", ns, "--mode", "stop", "--dry-run");
        // What it shows is what kubectl would take.
        Assert.Contains("created", await ApplyDryAsync(client.Checked), StringComparison.Ordinal);
        var server = await bed.RunAsync("sleep", "web-01", "-n", ns, "--dry-run=server");
        Assert.EndsWith($"would be created in {ns} (server dry run)\n", server.Checked, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await bed.RunAsync("destroy", "web-01", "-n", ns, "--dry-run=server")).Code);
        Assert.DoesNotContain(await bed.Cluster.RequestsAsync(Cancel), r => r.Metadata.Namespace == ns);
    }

    [Fact]
    public async Task A_machine_that_is_not_there_ends_with_its_own_code_and_says_where_to_look()
    {
        var ns = await bed.NewNamespaceAsync();
        var run = await bed.RunAsync("wake", "52:54:00:c9:99:99", "-n", ns);
        Assert.Equal(ExitCode.NotFound, run.Code);
        Assert.Contains($"error: UnknownTarget: no VirtualMachine in namespace {ns} has the MAC address 52:54:00:c9:99:99", run.Error, StringComparison.Ordinal);
        Assert.Contains("Try: kubectl wol whois 52:54:00:c9:99:99", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_deadline_that_passes_ends_with_its_own_code()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = new MachineManifest(ns, "stubborn")
        {
            Mac = CliBed.NextAddress().ToString(), RunStrategy = "Always", GracePeriodSeconds = 3600,
            Annotations = new Dictionary<string, string> { [TestCluster.KubeVirt.StandInAnnotations.ShutdownSeconds] = "600" },
        };
        await bed.Cluster.ApplyAsync(machine, Cancel);
        await bed.WaitForAsync(machine, "Running");
        var run = await bed.RunAsync("sleep", "stubborn", "-n", ns, "--mode", "stop", "--timeout", "5");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        Assert.Contains("error: DeadlineExceeded:", run.Error, StringComparison.Ordinal);
        Assert.Contains("Give it more time with --timeout", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_is_told_which_right_is_missing()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var run = await TenantAsync(ns, ["create", "get", "watch"], "wake", "web-01");
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("you need the right to update virtualmachines/start", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_watch_asks_again_and_again()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.CreateMachineAsync(ns, "web-01");
        var run = await TenantAsync(ns, ["create", "get"], "wake", "web-01", rights: ["virtualmachines/start", "virtualmachineinstances/unpause"]);
        Assert.StartsWith("✔ Started", run.Checked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_deleted_meanwhile_is_missed()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = new MachineManifest(ns, "slow") { Mac = CliBed.NextAddress().ToString(), RunStrategy = "Always", GracePeriodSeconds = 3600, Annotations = new Dictionary<string, string> { [TestCluster.KubeVirt.StandInAnnotations.ShutdownSeconds] = "600" } };
        await bed.Cluster.ApplyAsync(machine, Cancel);
        await bed.WaitForAsync(machine, "Running");
        var running = bed.RunAsync("sleep", "slow", "-n", ns, "--mode", "stop");
        WakeRequest? request = null;
        await Eventually.BecomesTrueAsync("the request is there", async () => (request = (await bed.Cluster.RequestsAsync(Cancel)).FirstOrDefault(r => r.Metadata.Namespace == ns && r.Status?.Phase == WakePhase.Running)) is not null, Cancel);
        await bed.Cluster.Client.DeleteAsync(WakeRequest.Type, ResourceKey.Of(request!), request!.Metadata.Uid!, Cancel);
        var run = await running;
        Assert.Equal(ExitCode.Failed, run.Code);
        Assert.Contains("was deleted before it was finished", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_destroy_is_confirmed()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");
        var nobody = await bed.RunAsync("destroy", "web-01", "-n", ns);
        Assert.Equal((ExitCode.Usage, "error: to destroy web-01 cannot be undone, and nobody is here to ask\nGive --yes if it is meant.\n"), (nobody.Code, nobody.Error));
        var no = await bed.RunAsync(new Around { Typed = "n\n" }, "destroy", "web-01", "-n", ns);
        Assert.Equal(ExitCode.Failed, no.Code);
        Assert.Contains("Destroy web-01 and the disks it owns? It cannot be undone. [y/N] ", no.Error, StringComparison.Ordinal);
        Assert.NotNull(await bed.MachineAsync(machine));
        Assert.StartsWith("✔ Destroyed", (await bed.RunAsync(new Around { Typed = "y\n" }, "destroy", "web-01", "-n", ns)).Checked, StringComparison.Ordinal);
    }

    private async Task<string> ApplyDryAsync(string manifest) =>
        (await bed.Cluster.Kubectl.RunAsync(["create", "--dry-run=server", "-f", "-"], manifest, Cancel)).Checked;

    /// <summary>The command line as a service account of the namespace with these rights alone.</summary>
    private async Task<Run> TenantAsync(string ns, IReadOnlyList<string> verbs, string verb, string machine, IReadOnlyList<string>? rights = null)
    {
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: tenant, namespace: {{ns}} }
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: tenant, namespace: {{ns}} }
            rules:
              - {apiGroups: [kubewol.io], resources: [wakerequests], verbs: [{{string.Join(", ", verbs)}}]}
              - {apiGroups: [subresources.kubevirt.io], resources: [{{string.Join(", ", rights ?? ["none"])}}], verbs: [update]}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: tenant, namespace: {{ns}} }
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tenant}
            subjects: [{kind: ServiceAccount, name: tenant, namespace: {{ns}} }]
            """, Cancel);
        var kubeconfig = await bed.Cluster.KubeconfigForAsync(ns, "tenant", null, bed.Cluster.Address, Cancel);
        return await Run.Async(verb, machine, "-n", ns, "--kubeconfig", kubeconfig);
    }
}
