using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd;

/// <summary>kubectl wol as its users have it: the native program, found by kubectl on PATH, against the API server, the operators and the agents of the bed.</summary>
public sealed class PluginTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void It_is_native_code() =>
        Assert.True(Programs.Plugin.Contains("/publish/", StringComparison.Ordinal) && new FileInfo(Programs.Plugin).Length < 25 << 20, "the native plugin is older than the build: run make plugin");

    [Fact]
    public async Task Kubectl_lists_it_among_its_plugins() =>
        Assert.Contains(Programs.Plugin, (await KubectlAsync("plugin", "list")).Checked, StringComparison.Ordinal);

    [Fact]
    public async Task A_machine_is_woken_and_put_to_sleep_and_both_are_waited_for()
    {
        var machine = await bed.CreateMachineAsync("plugin");
        var woken = await WolAsync("wake", machine.Name, "-n", machine.Namespace);
        Assert.Matches($@"^✔ Started after \d+\.\d s: {machine.Namespace}/{machine.Name} was Stopped; it was started and is ready on node-[abc]\n$", woken.Checked);
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);

        var asleep = await WolAsync("sleep", machine.Mac!, "-n", machine.Namespace, "--mode", "pause", "-o", "json");
        Assert.Equal(("Succeeded", "Paused"), ((string?)JsonNode.Parse(asleep.Checked)!["status"]!["phase"], (string?)JsonNode.Parse(asleep.Checked)!["status"]!["reason"]));
        Assert.Equal("Paused", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Theory]
    [InlineData("", FrameTransport.UDPv4, 9)]
    [InlineData("--port 40000", FrameTransport.UDPv4, 40000)]
    [InlineData("--to 10.77.0.255 --port 7", FrameTransport.UDPv4, 7)]
    [InlineData("--ipv6", FrameTransport.UDPv6, 9)]
    [InlineData("--raw -i eth0", FrameTransport.Ethernet, null)]
    [InlineData("--raw -i eth0 --vlan 10", FrameTransport.Ethernet, null)]
    [InlineData("--password 192.168.1.1 --copies 3", FrameTransport.UDPv4, 9)]
    public async Task A_frame_that_it_sends_wakes_a_machine(string options, FrameTransport transport, int? port)
    {
        var machine = await bed.CreateMachineAsync($"plugin-{Guid.NewGuid():N}");
        var sent = await WolAtSenderAsync(["send", machine.Mac!, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.StartsWith("sent ", sent.Checked, StringComparison.Ordinal);

        var request = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started), (request.Status!.Phase, request.Status.Reason));
        Assert.Equal((transport, port), (request.Spec.Frame!.Transport, request.Spec.Frame.DestinationPort));
    }

    [Fact]
    public async Task A_command_signed_with_a_key_of_its_making_destroys_a_machine_and_another_key_does_not()
    {
        using var keys = new TemporaryFolder();
        var (trusted, stranger) = ($"trusted-{Guid.NewGuid():N}"[..16], $"stranger-{Guid.NewGuid():N}"[..16]);
        var policy = (await WolAsync("keygen", trusted, "--out", keys.Path)).Checked;
        _ = (await WolAsync("keygen", stranger, "--out", keys.Path)).Checked;
        var machine = bed.Machine("plugin-destroyed") with { Labels = new Dictionary<string, string> { ["signed-by"] = trusted } };
        await bed.CreateMachineAsync(machine, "Stopped");
        // What keygen prints goes into a policy as it is.
        await bed.Cluster.Kubectl.ApplyAsync(
            $"apiVersion: kubewol.io/v1alpha1\nkind: WakePolicy\nmetadata: {{name: {trusted}, namespace: {machine.Namespace}}}\nspec:\n  selector: {{matchLabels: {{signed-by: {trusted}}}}}\n  verbs: [Destroy]\n{policy}", Cancel);
        await bed.AgentsKnowAsync(machine);

        _ = (await WolAtSenderAsync("send", machine.Mac!, "--verb", "destroy", "--sign-key", Path.Combine(keys.Path, $"{stranger}.pem"), "--key-id", trusted)).Checked;
        var refused = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.Equal(WakePhase.Failed, refused.Status!.Phase);
        Assert.NotNull(await bed.MachineAsync(machine));

        _ = (await WolAtSenderAsync("send", machine.Mac!, "--verb", "destroy", "--sign-key", Path.Combine(keys.Path, $"{trusted}.pem"))).Checked;
        await Eventually.BecomesTrueAsync("the machine is gone", async () => await bed.Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel) is null, Cancel);
        Assert.Contains(await bed.FinishedRequestsForAsync(machine.Mac!), r => r.Status!.Reason == WakeReason.Destroyed);
    }

    [Fact]
    public async Task What_explain_says_of_a_frame_is_what_becomes_of_it()
    {
        var machine = await bed.CreateMachineAsync("plugin-explained");
        var explained = await WolAsync("explain", machine.Name, "-n", machine.Namespace, "-o", "json");
        Assert.Equal("Wake", (string?)JsonNode.Parse(explained.Checked)!["action"]);
        _ = (await WolAtSenderAsync("send", machine.Mac!)).Checked;
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);

        // No policy of this bed lets a plain frame put such a machine to sleep.
        var refused = await WolAsync("explain", machine.Name, "sleep", "-n", machine.Namespace);
        Assert.Equal(1, refused.ExitCode);
    }

    [Fact]
    public async Task What_it_says_of_an_error_reaches_the_user_of_kubectl_with_its_exit_code()
    {
        var run = await WolAsync("wake", "52:54:00:00:00:99", "-n", bed.Namespace);
        Assert.Equal((6, ""), (run.ExitCode, run.Output));
        Assert.Contains("error: UnknownTarget: no VirtualMachine", run.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> WolAsync(params string[] arguments) => KubectlAsync(["wol", .. arguments]);

    private async Task<CommandResult> KubectlAsync(params string[] arguments) => await Command.RunAsync(await KubectlAsync(arguments, bed.Cluster.AdminKubeconfig), Cancel);

    /// <summary>On the machine that sends frames. It has no way to the cluster, and no kubeconfig.</summary>
    private async Task<CommandResult> WolAtSenderAsync(params string[] arguments) =>
        await bed.Network.Sender.Namespace.RunAsync(await KubectlAsync(["wol", .. arguments], null), Cancel);

    private static async Task<ProcessSpec> KubectlAsync(string[] arguments, string? kubeconfig) => new((await ClusterBinaries.LocateAsync(Cancel)).Kubectl, arguments)
    {
        Environment = new Dictionary<string, string?> { ["PATH"] = $"{Path.GetDirectoryName(Programs.Plugin)}:{Environment.GetEnvironmentVariable("PATH")}", ["KUBECONFIG"] = kubeconfig },
    };

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("kubectl-wol-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
