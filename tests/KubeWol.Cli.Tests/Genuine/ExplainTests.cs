using System.Text.Json.Nodes;
using KubeWol.TestBed;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>whois and explain: what they say is what the operator does, because it is the operator's own judge that says it.</summary>
public sealed class ExplainTests(CliBed bed)
{
    private static readonly IReadOnlyDictionary<string, string> Desktop = new Dictionary<string, string> { ["role"] = "desktop" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_policy_the_default_is_named()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");
        var wake = await bed.RunAsync("explain", machine.Mac!);
        Assert.Equal($"""
            {machine.Mac} calls {ns}/web-01, which is Stopped.
            Such a frame means Wake:
              ✔ no WakePolicy selects it, and the operator's default allows it
            Allowed: {ns}/web-01 would be started

            """, Told(wake), ignoreLineEndingDifferences: true);

        var sleep = await bed.RunAsync("explain", "web-01", "sleep", "-n", ns);
        Assert.Equal(ExitCode.Failed, sleep.Code);
        Assert.Contains("✘ no WakePolicy selects it, and the operator's default allows Wake only (VerbNotAllowed)", sleep.Out, StringComparison.Ordinal);
        Assert.Contains($"VerbNotAllowed: {ns}/web-01 was not paused", sleep.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_policy_says_what_it_says()
    {
        var (ns, machine) = await DesktopAsync();
        var from = await bed.RunAsync("explain", "desk", "-n", ns, "--vlan", "10", "--source-ip", "192.0.2.7", "--heard-on", "node-a", "--interface", "eth0");
        Assert.Equal($"""
            {machine.Mac} calls {ns}/desk, which is Stopped.
            Such a frame means Wake:
              ✔ WakePolicy {ns}/a-vlan allows it
              ✘ WakePolicy {ns}/b-password asks for a SecureOn password (ProofMissing)
              ✘ WakePolicy {ns}/c-signed allows Destroy only (VerbNotAllowed)
            Allowed: {ns}/desk would be started

            """, Told(from), ignoreLineEndingDifferences: true);

        var elsewhere = await bed.RunAsync("explain", "desk", "-n", ns, "--vlan", "20");
        Assert.Equal(ExitCode.Failed, elsewhere.Code);
        Assert.Contains($"✘ WakePolicy {ns}/a-vlan allows it, but not from some-sender on some-node/some-nic, VLAN 20 (OriginNotAllowed)", elsewhere.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_means_what_an_alias_makes_of_it()
    {
        var (ns, _) = await DesktopAsync();
        var run = await bed.RunAsync("explain", "desk", "-n", ns, "--vlan", "10", "--port", "9101");
        Assert.Contains("Such a frame means Sleep:", Told(run), StringComparison.Ordinal);
        Assert.Contains("nothing would be done: " + ns + "/desk is already Stopped", Told(run), StringComparison.Ordinal);
        var forwards = await bed.RunAsync("explain", "desk", "-n", ns, "--vlan", "10", "--reversed");
        Assert.Contains("Such a frame means Sleep:", Told(forwards), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_compared_with_the_Secret()
    {
        var (ns, _) = await DesktopAsync();
        Assert.Contains($"✔ WakePolicy {ns}/b-password allows it", Told(await bed.RunAsync("explain", "desk", "-n", ns, "--password", "5a:17:c3:09:e4:61")), StringComparison.Ordinal);
        var wrong = await bed.RunAsync("explain", "desk", "-n", ns, "--password", "192.168.1.1");
        Assert.Contains($"✘ WakePolicy {ns}/b-password asks for another SecureOn password (WrongPassword)", wrong.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_command_is_verified()
    {
        var (ns, _) = await DesktopAsync();
        var right = await bed.RunAsync("explain", "desk", "destroy", "-n", ns, "--sign-key", KeyOf(ns));
        Assert.Contains("Such a frame means Destroy:", Told(right), StringComparison.Ordinal);
        Assert.Contains($"✔ WakePolicy {ns}/c-signed allows it\nAllowed: {ns}/desk would be deleted", Told(right), StringComparison.Ordinal);

        var unknown = await bed.RunAsync("explain", "desk", "destroy", "-n", ns, "--sign-key", KeyOf(ns), "--key-id", "somebody");
        Assert.Equal(ExitCode.Failed, unknown.Code);
        Assert.Contains("it does not know the key \"somebody\" that the command names (BadSignature)", unknown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_a_template_would_make_is_judged_too()
    {
        var ns = await bed.NewNamespaceAsync();
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: on-demand, namespace: {{ns}} }
            spec:
              macAddresses: {prefixes: ["52:54:00:c8"]}
              virtualMachine:
                spec:
                  runStrategy: Manual
                  template: {spec: {domain: {memory: {guest: 64Mi}, devices: {interfaces: [{name: default, masquerade: {} }]} }, networks: [{name: default, pod: {} }]} }
            """, Cancel);
        var explained = await bed.RunAsync("explain", "52:54:00:c8:00:01");
        Assert.Contains("52:54:00:c8:00:01 is the address of no machine.\nSuch a frame means Wake:\n  ✔ no WakePolicy selects it", Told(explained), StringComparison.Ordinal);
        Assert.Contains("Allowed: a machine would be created, and started", explained.Out, StringComparison.Ordinal);
        Assert.Equal($"no machine has 52:54:00:c8:00:01; a wake makes one from WakeTemplate {ns}/on-demand\n", Told(await bed.RunAsync("whois", "52:54:00:c8:00:01")));
    }

    [Fact]
    public async Task Nobody_has_an_address()
    {
        await bed.StartAsync();
        var explained = await bed.RunAsync("explain", "52:54:00:c9:00:00");
        Assert.Equal((ExitCode.NotFound, true), (explained.Code, explained.Out.Contains("UnknownTarget: no VirtualMachine in the cluster has the MAC address", StringComparison.Ordinal)));
        var whois = await bed.RunAsync("whois", "52:54:00:c9:00:00");
        Assert.Equal(ExitCode.NotFound, whois.Code);
        Assert.Contains("error: no machine has 52:54:00:c9:00:00, and no WakeTemplate claims it\n", whois.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whois_tells_the_machine_and_its_policies()
    {
        var (ns, machine) = await DesktopAsync();
        var lines = (await bed.RunAsync("whois", machine.Mac!.ToUpperInvariant().Replace(':', '-'))).Lines;
        Assert.Equal(["NAMESPACE", "NAME", "STATE", "NODE", "KNOWN BY", "POLICIES"], lines[0].Split("   ", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim()));
        Assert.Equal([ns, "desk", "Stopped", "-", "its spec", "a-vlan,b-password,c-signed"], lines[1].Split("   ", StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim()));
        var json = JsonNode.Parse((await bed.RunAsync("whois", machine.Mac!, "-o", "json")).Checked)!;
        Assert.Equal("desk", (string?)json[0]!["name"]);
    }

    [Fact]
    public async Task Two_machines_with_one_address_are_both_named()
    {
        var ns = await bed.NewNamespaceAsync();
        var first = await bed.CreateMachineAsync(ns, "first");
        await bed.Cluster.ApplyAsync(first with { Name = "second" }, Cancel);
        var whois = await bed.RunAsync("whois", first.Mac!);
        Assert.Contains("warning: 2 machines have it: frames for it are refused (AmbiguousTarget)", whois.Error, StringComparison.Ordinal);
        Assert.Equal(3, whois.Lines.Length);
        var explained = await bed.RunAsync("explain", first.Mac!);
        Assert.Contains("AmbiguousTarget: 2 VirtualMachines have the MAC address", explained.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_programs_the_explanation_is_a_document()
    {
        var (ns, machine) = await DesktopAsync();
        var json = JsonNode.Parse((await bed.RunAsync("explain", machine.Mac!, "--vlan", "10", "-o", "json")).Checked)!;
        Assert.Equal(("Wake", true, $"{ns}/desk would be started"), ((string?)json["action"], (bool?)json["allowed"], (string?)json["message"]));
        Assert.Equal($"{ns}/a-vlan", (string?)json["policies"]![0]!["policy"]);
    }

    [Fact]
    public async Task A_tenant_is_told_what_could_not_be_seen()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "web-01");
        await bed.Cluster.Kubectl.OutputAsync(["create", "serviceaccount", "viewer", "-n", ns], Cancel);
        await bed.Cluster.Kubectl.OutputAsync(["create", "role", "viewer", "-n", ns, "--verb=get,list", "--resource=virtualmachines.kubevirt.io,wakepolicies.kubewol.io"], Cancel);
        await bed.Cluster.Kubectl.OutputAsync(["create", "rolebinding", "viewer", "-n", ns, "--role=viewer", $"--serviceaccount={ns}:viewer"], Cancel);
        var kubeconfig = await bed.Cluster.KubeconfigForAsync(ns, "viewer", null, bed.Cluster.Address, Cancel);
        var run = await Run.Async("explain", machine.Mac!, "-n", ns, "--kubeconfig", kubeconfig);
        Assert.Contains($"Allowed: {ns}/web-01 would be started", run.Checked, StringComparison.Ordinal);
        Assert.Contains($"note: you may not list VirtualMachines of all namespaces: only those of {ns} are known here", run.Error, StringComparison.Ordinal);
        Assert.Contains("note: you may not read the operator's Deployment in kubewol-system: the chart's options were taken", run.Error, StringComparison.Ordinal);
    }

    private static string Told(Run run) => run.Code is ExitCode.Done or ExitCode.Failed ? run.Out : run.Checked;

    private static string KeyOf(string ns) => Path.Combine(Path.GetTempPath(), $"kubewol-cli-{Environment.ProcessId}-{ns}.pem");

    /// <summary>A machine with three policies, and a password and a key that fit.</summary>
    private async Task<(string Namespace, MachineManifest Machine)> DesktopAsync()
    {
        var ns = await bed.NewNamespaceAsync();
        var machine = await bed.CreateMachineAsync(ns, "desk", Desktop);
        var id = Path.GetFileNameWithoutExtension(KeyOf(ns));
        var signed = (await Run.Async("keygen", id, "--out", Path.GetTempPath())).Checked;
        await bed.Cluster.Kubectl.OutputAsync(["create", "secret", "generic", "kubewol-secureon", "-n", ns, "--from-literal=office=5a:17:c3:09:e4:61"], Cancel);
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: a-vlan, namespace: {{ns}} }
            spec:
              selector: {matchLabels: {role: desktop} }
              verbs: [Wake, Sleep]
              from: [{vlans: [10]}]
              proof: None
              sleepMode: Stop
              aliases: [{verb: Sleep, port: 9101}, {verb: Sleep, reversedMac: true}]
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: b-password, namespace: {{ns}} }
            spec:
              selector: {matchLabels: {role: desktop} }
              verbs: [Wake]
              proof: SecureOn
              secureOn: {passwordKeys: [office]}
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: c-signed, namespace: {{ns}} }
            spec:
              verbs: [Destroy]
            {{signed}}
            """, Cancel);
        return (ns, machine);
    }
}
