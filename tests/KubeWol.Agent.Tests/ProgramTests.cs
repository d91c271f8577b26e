using System.Diagnostics;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Agent.Tests;

/// <summary>The program as a person or a DaemonSet starts it.</summary>
public sealed class ProgramTests(LiveNode node) : IClassFixture<LiveNode>, IDisposable
{
    private readonly StateDirectory _home = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Help_names_every_option_with_its_default()
    {
        var result = await RunAsync("--help");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("Listens for Wake-on-LAN messages on this node's network interfaces and writes a WakeRequest for each.", result.Output, StringComparison.Ordinal);
        foreach (var option in (string[])["--namespace", "--node-name", "--interface", "--exclude-interface", "--ports", "--promiscuous", "--capture-buffer-mib", "--sender-burst", "--sender-rate", "--total-burst", "--total-rate", "--spool-directory", "--spool-messages", "--spool-mebibytes", "--spool-minutes", "--kubeconfig", "--listen", "--log-format", "--log-level", "--version"])
            Assert.Contains(option, result.Output, StringComparison.Ordinal);
        foreach (var words in (string[])["[default: kubewol-system]", "[default: 7,9,40000,47009,47998-48010]", "[default: true]", "(1 to 256). [default: 2]", "(1 to 1000000). [default: 5000]", "(1 to 10000). [default: 20]", "(1 to 1000000). [default: 10000]", "(1 to 10000). [default: 100]", "(1 to 1000000). [default: 10000]", "(1 to 1024). [default: 16]", "(5 to 1440). [default: 60]", "[default: 0.0.0.0:8080]"])
            Assert.Contains(words, result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--ports: '0' is not a list of ports (1 to 65535), such as 7,9,47998-48010", "--ports", "0")]
    [InlineData("--ports: '9,' is not a list of ports (1 to 65535), such as 7,9,47998-48010", "--ports", "9,")]
    [InlineData("--ports: '70000' is not a list of ports (1 to 65535), such as 7,9,47998-48010", "--ports", "70000")]
    [InlineData("--ports: '9-7' is not a list of ports (1 to 65535), such as 7,9,47998-48010", "--ports", "9-7")]
    [InlineData("--capture-buffer-mib: '0' is not a number from 1 to 256", "--capture-buffer-mib", "0")]
    [InlineData("--capture-buffer-mib: '4MiB' is not a number from 1 to 256", "--capture-buffer-mib", "4MiB")]
    [InlineData("--sender-burst: '0' is not a number from 1 to 1000000", "--sender-burst", "0")]
    [InlineData("--total-rate: '0.5' is not a number from 1 to 10000", "--total-rate", "0.5")]
    [InlineData("Unrecognized command or argument 'maybe'.", "--promiscuous", "maybe")]
    [InlineData("Required argument missing for option: '--interface'.", "--interface")]
    [InlineData("--namespace: 'Team A' is not the name of a namespace", "--namespace", "Team A")]
    [InlineData("--listen: 'nowhere' is not an IP address with a port, such as 0.0.0.0:8080 or [::]:8080", "--listen", "nowhere")]
    [InlineData("Unrecognized command or argument '--nonsense'.", "--nonsense")]
    public async Task An_option_that_makes_no_sense_is_refused_by_name(string sentence, params string[] arguments)
    {
        var result = await RunAsync(arguments);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(sentence, result.Error.TrimStart(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_kubeconfig_one_sentence_says_what_to_do()
    {
        var result = await RunAsync();
        Assert.Equal((1, $"kubewol-agent: no cluster to talk to: there is no kubeconfig at {_home.Path}/.kube/config and this is not a pod. Set KUBECONFIG to a kubeconfig file.\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task A_named_interface_that_does_not_exist_ends_it_with_those_that_do()
    {
        var result = await RunAsync("--kubeconfig", Kubeconfig(), "--interface", "eth0", "--interface", "bond7");
        Assert.Equal((1, "kubewol-agent: there is no interface bond7; this node has eth0, lo\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Without_the_capability_to_capture_one_sentence_says_which_it_needs()
    {
        var spec = AgentProgram.Spec(_home.Path, "--kubeconfig", Kubeconfig(), "--interface", "eth0");
        var result = await node.Namespace.RunAsync(spec with { Program = "setpriv", Arguments = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", spec.Program, .. spec.Arguments] }, Cancel);
        Assert.Equal((1, "kubewol-agent: no permission to capture on eth0: run as root with the capability NET_RAW\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_yet_is_a_warning_and_is_waited_for()
    {
        await using var api = await ScriptedApi.StartAsync();
        await using var program = await StartAsync(api.Address.Port, "--interface", "late*");
        await using var forward = NamespacePortForward.Start(node.Namespace, api.Address.Port);
        await program.SaysAsync("No interface to listen on yet; waiting for one that matches: late*");
        Assert.Equal("503 not listening: no interface matches late*", await program.ReadyzAsync());

        await WelcomeAsync(api);
        var nic = await node.Host.AddNicAsync("late0", Cancel);
        await Eventually.BecomesTrueAsync("it is ready", async () => await program.ReadyzAsync() == "200 ok", Cancel);
        await nic.RemoveAsync(Cancel);
        await Eventually.BecomesTrueAsync("it is not ready", async () => await program.ReadyzAsync() == "503 not listening: no interface matches late*", Cancel);
    }

    [Fact]
    public async Task An_API_server_that_is_not_there_at_the_start_is_waited_for_while_frames_are_kept()
    {
        var port = LoopbackPorts.Pick();
        await using var program = await StartAsync(port, "--interface", "eth0");
        await Eventually.BecomesTrueAsync(
            "it says what it waits for", async () => await program.ReadyzAsync() == $"503 waiting for the API server: Connection refused (127.0.0.1:{port})", Cancel);
        var metrics = await program.MetricsAsync();
        foreach (var series in (string[])["frames_total{result=\"Accepted\"}", "frames_total{result=\"MulticastTarget\"}", "requests_total{result=\"Created\"}", "requests_total{result=\"Refused\"}", "request_retries_total"])
            Assert.Contains($"\nkubewol_agent_{series} 0\n", metrics, StringComparison.Ordinal);

        var target = Some.NextTarget();
        using (var sender = node.OpenSender()) sender.Send(Formats.Frame("IPv4", target));
        await Eventually.BecomesTrueAsync("it tries in vain", async () => !(await program.MetricsAsync()).Contains("\nkubewol_agent_request_retries_total 0\n", StringComparison.Ordinal), Cancel);

        await using var api = await ScriptedApi.StartAsync(port);
        await using var forward = NamespacePortForward.Start(node.Namespace, port);
        var (isGreeted, isBrought) = (false, false);
        while (!isGreeted || !isBrought)
        {
            var request = await api.NextAsync();
            if ($"{request}".StartsWith("GET", StringComparison.Ordinal))
            {
                await request.RefuseAsync(404, "NotFound");
                isGreeted = true;
            }
            else
            {
                Assert.Equal($"{target}", request.Target);
                await request.CreateAsync();
                isBrought = true;
            }
        }

        await Eventually.BecomesTrueAsync("it is ready", async () => await program.ReadyzAsync() == "200 ok", Cancel);
        await program.SaysAsync("WakeRequests can be written again");
        await Eventually.BecomesTrueAsync(
            "the request is counted", async () => (await program.MetricsAsync()).Contains("\nkubewol_agent_requests_total{result=\"Created\"} 1\n", StringComparison.Ordinal), Cancel);
        Assert.Equal(0, await program.Process.StopAsync(Cancel));
    }

    /// <summary>libpcap waits without an end for a frame on such an interface; nobody else may.</summary>
    [Fact]
    public async Task An_interface_that_is_switched_off_holds_up_neither_probes_nor_metrics_nor_the_end()
    {
        await using var api = await ScriptedApi.StartAsync();
        await using var forward = NamespacePortForward.Start(node.Namespace, api.Address.Port);
        var nic = await node.Host.AddNicAsync("off0", Cancel);
        await using var program = await StartAsync(api.Address.Port, "--interface", "off*");
        await WelcomeAsync(api);
        await Eventually.BecomesTrueAsync("it is ready", async () => await program.ReadyzAsync() == "200 ok", Cancel);

        for (var round = 0; round < 2; round++)
        {
            var lines = program.Process.Lines.Count;
            await nic.SetUpAsync(false, Cancel);
            await program.SaysAsync("off0 is gone or switched off", lines);
            Assert.Equal("503 not listening: no interface matches off*", await program.ReadyzAsync());
            Assert.Contains("\nkubewol_agent_interfaces 0\n", await program.MetricsAsync(), StringComparison.Ordinal);

            // The second time it is another one under the same name.
            if (round == 0) await nic.SetUpAsync(true, Cancel);
            else
            {
                await nic.RemoveAsync(Cancel);
                nic = await node.Host.AddNicAsync("off0", Cancel);
            }

            await program.SaysAsync("Listening on off0", lines);
            var target = Some.NextTarget();
            using (var sender = node.OpenSender()) sender.Send(Formats.Frame("IPv4", target));
            var request = await api.NextAsync();
            Assert.Equal($"{target}", request.Target);
            await request.CreateAsync();
        }

        await nic.SetUpAsync(false, Cancel);
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, await program.Process.StopAsync(Cancel));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        await nic.RemoveAsync(Cancel);
    }

    private static async Task WelcomeAsync(ScriptedApi api) => await (await api.NextAsync()).RefuseAsync(404, "NotFound");

    private Task<CommandResult> RunAsync(params string[] arguments) => node.Namespace.RunAsync(AgentProgram.Spec(_home.Path, arguments), Cancel);

    /// <summary>Starts it with the one capability that it has in a cluster.</summary>
    private Task<AgentProgram> StartAsync(int apiPort, params string[] arguments)
    {
        var spec = AgentProgram.Spec(_home.Path, ["--kubeconfig", Kubeconfig(apiPort), .. arguments]);
        return AgentProgram.StartAsync(
            node.Namespace, spec with { Program = "setpriv", Arguments = ["--no-new-privs", "--bounding-set=-all,+net_raw", "--inh-caps=-all", spec.Program, .. spec.Arguments] }, _home.File("agent.log"));
    }

    private string Kubeconfig(int port = 1) => _home.Write("kubeconfig", ScriptedApi.Kubeconfig(new($"http://127.0.0.1:{port}")));
}
