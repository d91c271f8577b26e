using KubeWol.Cli.Output;
using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;
using CliCommand = System.CommandLine.Command;

namespace KubeWol.Cli.Tests;

/// <summary>What is understood, what is not, and what is said then.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("snd", "error: there is no snd among send, wake, sleep, move, instantiate, destroy, ", "Try: kubectl wol --help")]
    [InlineData("send", "error: Required argument 'MAC' missing for command: 'send'.", "Try: kubectl wol send --help")]
    [InlineData("send web-01", "error: 'web-01' is not a MAC address, such as 52:54:00:12:34:56", "Try: kubectl wol send --help")]
    [InlineData("send 52:54:00:12:34:56 --port 0", "error: --port: '0' is not a port (1 to 65535)", null)]
    [InlineData("send 52:54:00:12:34:56 --vlan 4095", "error: --vlan: '4095' is not a VLAN (1 to 4094)", null)]
    [InlineData("send 52:54:00:12:34:56 --vlan 1,2,3,4,5,6,7,8,9", "error: --vlan: a frame has 8 tags at the most", null)]
    [InlineData("send 52:54:00:12:34:56 --password hello", "error: --password: 'hello' is written neither as aa:bb:cc:dd:ee:ff nor as 192.168.1.1", null)]
    [InlineData("send 52:54:00:12:34:56 --password 1.2", "error: --password: '1.2' is written neither as", null)]
    [InlineData("send 52:54:00:12:34:56 --verb sleep", "error: --verb and --sign-key go together", null)]
    [InlineData("send 52:54:00:12:34:56 --sign-key x.pem", "error: --verb and --sign-key go together", null)]
    [InlineData("send 52:54:00:12:34:56 --sign-key x.pem --verb jump", "error: 'jump' is none of the verbs: wake, sleep, move, instantiate, destroy", null)]
    [InlineData("send 52:54:00:12:34:56 --sign-key /nowhere/x.pem --verb wake", "error: cannot read the key /nowhere/x.pem", "Try: kubectl wol keygen")]
    [InlineData("send 52:54:00:12:34:56 --node node-b", "error: --node is part of a signed command: give --sign-key, too", null)]
    [InlineData("send 52:54:00:12:34:56 --raw --port 7", "error: --raw sends a frame without IP: leave out --to and --port", null)]
    [InlineData("send 52:54:00:12:34:56 --copies 101", "error: --copies: '101' is not a number from 1 to 100", null)]
    [InlineData("sleep web-01 --mode nap", "error: Argument 'nap' not recognized.", "Try: kubectl wol sleep --help")]
    [InlineData("sleep web-01 --force", "error: --grace-period and --force say how a machine is shut down: give --mode stop", null)]
    [InlineData("sleep web-01 --mode pause --grace-period 5", "error: --grace-period and --force say how a machine is shut down: give --mode stop", null)]
    [InlineData("sleep web-01 --mode stop --force --grace-period 5", "error: --force does not wait for the guest: leave out --grace-period", null)]
    [InlineData("move web-01 --node a --node-label zone=b", "error: give --node or --node-label, not both", null)]
    [InlineData("move web-01 --node-label zone", "error: --node-label: 'zone' is not written as name=value", null)]
    [InlineData("instantiate web-01", "error: 'web-01' is not a MAC address, such as 52:54:00:12:34:56: a machine is made for an address", null)]
    [InlineData("wake web-01 -o xml", "error: --output: 'xml' is none of json, yaml, name", null)]
    [InlineData("wake web-01 --timeout 4", "error: --timeout: '4' is not a number from 5 to 86400", null)]
    [InlineData("wake web-01 --dry-run=maybe", "error: Argument 'maybe' not recognized.", null)]
    [InlineData("explain web-01 --source-ip here", "error: --source-ip: 'here' is not an IP address", null)]
    [InlineData("keygen a/b", "error: 'a/b' is no id for a key", null)]
    [InlineData("keygen 123456789012345678901234567890123", "is no id for a key: up to 32 letters", null)]
    public async Task What_makes_no_sense_ends_with_2_and_says_why(string line, string why, string? next)
    {
        var run = await Run.Async(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Out));
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Contains(next ?? "Try: kubectl wol ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wake web-01")]
    [InlineData("whois 52:54:00:12:34:56")]
    [InlineData("explain web-01")]
    [InlineData("doctor")]
    public async Task Without_a_cluster_it_ends_with_3_and_says_where_it_looked(string line)
    {
        var run = await Run.Async([.. line.Split(' '), "--kubeconfig", "/nowhere/config"]);
        Assert.Equal((ExitCode.NoCluster, ""), (run.Code, run.Out));
        Assert.Contains("there is no kubeconfig at /nowhere/config", run.Error, StringComparison.Ordinal);
        Assert.Contains("Try: kubectl config get-contexts", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_ends_with_3()
    {
        using var folder = new Folder();
        await File.WriteAllTextAsync(folder.File("config"), """
            apiVersion: v1
            kind: Config
            current-context: dead
            contexts: [{name: dead, context: {cluster: dead}}]
            clusters: [{name: dead, cluster: {server: "http://127.0.0.1:1"}}]
            """, Cancel);
        var run = await Run.Async("wake", "web-01", "--kubeconfig", folder.File("config"));
        Assert.Equal(ExitCode.NoCluster, run.Code);
        Assert.Contains("Is the cluster up, and is this the right one? Try: kubectl cluster-info", run.Error, StringComparison.Ordinal);

        var other = await Run.Async("wake", "web-01", "--kubeconfig", folder.File("config"), "--context", "alive");
        Assert.Equal(ExitCode.NoCluster, other.Code);
        Assert.Contains("there is no context \"alive\"", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_command_and_option_says_what_it_is_for()
    {
        var tree = Tree();
        Assert.All(Commands(tree), command => Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name));
        Assert.All(Commands(tree).SelectMany(c => c.Options), option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(Commands(tree).SelectMany(c => c.Arguments), argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
    }

    [Fact]
    public async Task Every_command_shows_examples_that_are_understood()
    {
        foreach (var name in Tree().Subcommands.Where(c => !c.Hidden).Select(c => c.Name))
        {
            var page = (await Run.Async(name, "--help")).Checked;
            Assert.Contains($"kubectl wol {name}", page, StringComparison.Ordinal);
            Assert.DoesNotContain("kubectl-wol ", page, StringComparison.Ordinal);
            var examples = page.Split("Examples:")[1].Split('\n').Where(l => l.Contains("kubectl wol", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(examples);
            Assert.All(examples, Understood);
        }
    }

    [Fact]
    public void Every_line_of_the_document_is_understood()
    {
        var lines = File.ReadAllLines(Repository.File("docs", "kubectl-wol.md")).Where(l => l.StartsWith("kubectl wol ", StringComparison.Ordinal) || l.StartsWith("$ kubectl wol ", StringComparison.Ordinal)).ToList();
        Assert.True(lines.Count > 10);
        Assert.All(lines, Understood);
    }

    [Fact]
    public void The_document_has_every_exit_code_and_every_command()
    {
        var text = File.ReadAllText(Repository.File("docs", "kubectl-wol.md"));
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Contains($"| {(int)code} | ", text, StringComparison.Ordinal));
        Assert.All(Tree().Subcommands.Where(c => !c.Hidden), command => Assert.Contains($"kubectl wol {command.Name}", text, StringComparison.Ordinal));
        Assert.Contains(ClusterOptions.SystemVariable, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm-256color", null, true)]
    [InlineData("xterm-256color", "1", false)]
    [InlineData("xterm-256color", "", true)] // no-color.org: when present and not empty
    [InlineData("dumb", null, false)]
    [InlineData("", null, false)]
    public async Task On_a_terminal_errors_are_red_unless_it_or_its_user_does_not_want_that(string term, string? noColour, bool red)
    {
        // script(1) gives the program a terminal of its own.
        var run = await Command.RunAsync(
            new ProcessSpec("script", "--quiet", "--return", "--command", $"{Programs.Plugin} send nonsense", "/dev/null") { Environment = new Dictionary<string, string?> { ["TERM"] = term, ["NO_COLOR"] = noColour } }, Cancel);
        Assert.Equal((2, red), (run.ExitCode, run.Output.Contains("\e[31merror:\e[0m 'nonsense'", StringComparison.Ordinal)));
        Assert.Equal(red, run.Output.Contains("\e[0m", StringComparison.Ordinal)); // .NET itself may greet the terminal with other sequences
    }

    [Fact]
    public async Task In_a_pipe_nothing_is_coloured()
    {
        var run = await Command.RunAsync(new ProcessSpec(Programs.Plugin, "send", "nonsense") { Environment = new Dictionary<string, string?> { ["TERM"] = "xterm-256color", ["NO_COLOR"] = null } }, Cancel);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: 'nonsense'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_finds_it_by_its_name()
    {
        var binaries = await TestCluster.ApiServers.ClusterBinaries.LocateAsync(Cancel);
        var path = new Dictionary<string, string?> { ["PATH"] = $"{Path.GetDirectoryName(Programs.Plugin)}:{Environment.GetEnvironmentVariable("PATH")}" };
        var run = await Command.RunAsync(new ProcessSpec(binaries.Kubectl, "wol", "send", "--help") { Environment = path }, Cancel);
        Assert.Contains("Usage:\n  kubectl wol send <MAC> [options]", run.Checked, StringComparison.Ordinal);
        var wrong = await Command.RunAsync(new ProcessSpec(binaries.Kubectl, "wol", "send", "nonsense") { Environment = path }, Cancel);
        Assert.Equal(2, wrong.ExitCode);
    }

    private static System.CommandLine.RootCommand Tree() => KubectlWol.Tree(new() { Terminal = new Terminal { Out = TextWriter.Null, Error = TextWriter.Null } });

    private static IEnumerable<CliCommand> Commands(CliCommand command) => command.Subcommands.Where(c => !c.Hidden).SelectMany(c => Commands(c).Prepend(c));

    /// <summary>A line of a page, without what surrounds it and the comment behind it, as the shell would hand it over.</summary>
    private static void Understood(string line)
    {
        var words = line.Split("kubectl wol ", 2)[1].Split('#')[0].Split('|', '>', ')', '&')[0].Trim();
        var given = Tree().Parse(words);
        Assert.True(given.Errors.Count == 0, $"{line}: {string.Join("; ", given.Errors)}");
    }
}
