using System.Net;
using System.Net.Sockets;
using KubeWol.Operator.Tests.World;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Operator.Tests;

/// <summary>The program as a person starts it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("kubewol-operator-tests-");

    public void Dispose() => _home.Delete(recursive: true);

    [Fact]
    public async Task Help_names_every_option_with_its_default()
    {
        var result = await RunAsync("--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var option in (string[])["--namespace", "--leader-election", "--workers", "--remember-macs-for", "--default-sleep-mode", "--start-as", "--reversed-mac-sleeps", "--sleep-port", "--move-port", "--instantiate-port", "--default-verbs", "--default-rate-per-machine", "--agent-ports", "--kubeconfig", "--listen", "--log-format", "--log-level", "--version"]) Assert.Contains(option, result.Output, StringComparison.Ordinal);
        Assert.Contains("Carries out WakeRequests", result.Output, StringComparison.Ordinal);
        Assert.Contains("[default: kubewol-system]", result.Output, StringComparison.Ordinal);
        Assert.Contains("(1 to 256). [default: 32]", result.Output, StringComparison.Ordinal);
        Assert.Contains("[default: 0.0.0.0:8080]", result.Output, StringComparison.Ordinal);
        Assert.Contains("Pause (keeps its memory on the node) or Stop (is shut down). [default: Pause]", result.Output, StringComparison.Ordinal);
        Assert.Contains("Always, Manual or RerunOnFailure. [default: Always]", result.Output, StringComparison.Ordinal);
        Assert.Contains("UDP port at which a magic packet means Move, for machines that no WakePolicy selects. If not set, none does.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--workers: '0' is not a number from 1 to 256", "--workers", "0")]
    [InlineData("--workers: '257' is not a number from 1 to 256", "--workers=257")]
    [InlineData("--workers: 'many' is not a number from 1 to 256", "--workers", "many")]
    [InlineData("--workers: '-1' is not a number from 1 to 256", "--workers=-1")]
    [InlineData("Required argument missing for option: '--workers'.", "--workers")]
    [InlineData("--remember-macs-for: '3651' is not a number from 0 to 3650", "--remember-macs-for", "3651")]
    [InlineData("--remember-macs-for: '30d' is not a number from 0 to 3650", "--remember-macs-for=30d")]
    [InlineData("--sleep-port: '0' is not a port (1 to 65535)", "--sleep-port", "0")]
    [InlineData("--sleep-port: '65536' is not a port (1 to 65535)", "--sleep-port", "65536", "--move-port", "65536")]
    [InlineData("--move-port: 'nine' is not a port (1 to 65535)", "--move-port=nine")]
    [InlineData("--move-port: '-9' is not a port (1 to 65535)", "--move-port=-9")]
    [InlineData("Required argument missing for option: '--instantiate-port'.", "--instantiate-port")]
    [InlineData("--default-verbs: 'Destroy' is not Wake, Sleep, Move, Instantiate or None; to destroy takes a signed command and a WakePolicy", "--default-verbs", "Wake,Destroy")]
    [InlineData("--agent-ports: 'all' is not a list of ports", "--agent-ports", "all")]
    [InlineData("port 40001 cannot mean Sleep and Move: give each verb a port of its own", "--sleep-port", "40001", "--move-port", "40001")]
    [InlineData("port 40001 cannot mean Sleep and Instantiate: give each verb a port of its own", "--instantiate-port", "040001", "--sleep-port", "40001", "--move-port", "7")]
    [InlineData("Argument 'Hibernate' not recognized.", "--default-sleep-mode", "Hibernate")]
    [InlineData("Argument 'Unknown' not recognized.", "--default-sleep-mode", "Unknown")]
    [InlineData("Argument 'Once' not recognized.", "--start-as", "Once")]
    [InlineData("Argument 'Halted' not recognized.", "--start-as=Halted")]
    [InlineData("Unrecognized command or argument 'maybe'.", "--reversed-mac-sleeps", "maybe")]
    [InlineData("--listen: 'nowhere' is not an IP address with a port, such as 0.0.0.0:8080 or [::]:8080", "--listen", "nowhere")]
    [InlineData("--listen: '127.0.0.1' is not an IP address with a port, such as 0.0.0.0:8080 or [::]:8080", "--listen", "127.0.0.1")]
    [InlineData("--listen: '127.0.0.1:99999' is not an IP address with a port, such as 0.0.0.0:8080 or [::]:8080", "--listen", "127.0.0.1:99999")]
    [InlineData("--namespace: 'Team A' is not the name of a namespace", "--namespace", "Team A")]
    [InlineData("--namespace: 'team_a' is not the name of a namespace", "--namespace=team_a")]
    [InlineData("Argument 'xml' not recognized.", "--log-format", "xml")]
    [InlineData("Cannot parse argument 'Loud' for option '--log-level'", "--log-level", "Loud")]
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

        Assert.Equal(
            (1, $"kubewol-operator: no cluster to talk to: there is no kubeconfig at {_home.FullName}/.kube/config and this is not a pod. Set KUBECONFIG to a kubeconfig file.\n"),
            (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("this is: [not")]
    [InlineData("just words")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: missing\n")]
    public async Task A_kubeconfig_that_cannot_be_used_is_named_as_the_problem(string content)
    {
        var result = await RunAsync("--kubeconfig", Write(content));

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"kubewol-operator: the kubeconfig {_home.FullName}/kubeconfig cannot be used: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_way_out()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var result = await RunAsync("--kubeconfig", Nowhere(), "--listen", $"{taken.LocalEndpoint}");

        Assert.Equal(
            (1, $"kubewol-operator: {taken.LocalEndpoint} is in use; choose another address with --listen\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task An_address_that_is_not_ours_is_named_with_the_way_out()
    {
        var result = await RunAsync("--kubeconfig", Nowhere(), "--listen", "203.0.113.7:8080"); // of the documentation's network: nobody's

        Assert.Equal(
            (1, "kubewol-operator: cannot listen at 203.0.113.7:8080: Cannot assign requested address; choose another address with --listen\n"),
            (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Without_an_API_server_it_says_so_stays_up_unready_and_ends_in_order()
    {
        await using var program = ChildProcess.Start(
            Spec("--kubeconfig", Nowhere(), "--listen", "127.0.0.1:0", "--log-format", "text", "--leader-election", "false"),
            Path.Combine(_home.FullName, "log"));
        var started = await program.WaitForLineAsync(
            l => l.Contains("serves /metrics, /healthz and /readyz at ", StringComparison.Ordinal), TimeSpan.FromSeconds(30),
            TestContext.Current.CancellationToken);
        await program.WaitForLineAsync(
            l => l.Contains("Cannot watch wakerequests, will try again: Connection refused", StringComparison.Ordinal), TimeSpan.FromSeconds(30),
            TestContext.Current.CancellationToken);

        using var http = new HttpClient { BaseAddress = new Uri(started[(started.LastIndexOf(' ') + 1)..]) };
        using var ready = await http.GetAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "waiting for the first list of WakeRequests, WakePolicies, WakeTemplates, VirtualMachines, VirtualMachineInstances, their migrations and Nodes"),
            (ready.StatusCode, await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        Assert.Equal("ok", await http.GetStringAsync(new Uri("healthz", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Contains(
            "kubewol_requests_total{action=\"Wake\",phase=\"Succeeded\",reason=\"Started\"} 0",
            await http.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.False(program.HasExited);

        Assert.Equal(0, await program.StopAsync(TestContext.Current.CancellationToken));
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => Command.RunAsync(Spec(arguments), TestContext.Current.CancellationToken);

    private ProcessSpec Spec(params string[] arguments) => new(Path.Combine(AppContext.BaseDirectory, "kubewol-operator"), arguments)
    {
        Environment = new Dictionary<string, string?> { ["HOME"] = _home.FullName, ["KUBECONFIG"] = null, ["KUBERNETES_SERVICE_HOST"] = null, ["POD_NAMESPACE"] = null },
    };

    /// <summary>The kubeconfig of an API server that is not there.</summary>
    private string Nowhere() => Write(FakeApi.Kubeconfig("http://127.0.0.1:1"));

    private string Write(string content)
    {
        var path = Path.Combine(_home.FullName, "kubeconfig");
        File.WriteAllText(path, content);
        return path;
    }
}
