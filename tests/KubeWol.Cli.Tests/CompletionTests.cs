using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Cli.Tests;

/// <summary>What could be typed next: asked of the program as kubectl asks it, and of the shells themselves with their scripts.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "send,wake,sleep,move,instantiate,destroy,whois,explain,trace,doctor,keygen,completion")]
    [InlineData("se", "send")]
    [InlineData("completion|", "bash,zsh,fish,kubectl")]
    [InlineData("sleep|web-01|--m", "--mode")]
    [InlineData("sleep|web-01|--mode|", "pause,stop")]
    [InlineData("wake|web-01|-o|j", "json")]
    [InlineData("send|52:54:00:12:34:56|--verb|", "destroy,instantiate,move,sleep,wake")]
    [InlineData("explain|web-01|s", "sleep")]
    [InlineData("send|--sign-key|", "")]
    public async Task The_program_answers(string line, string answers)
    {
        var run = await Run.Async(["__complete", .. line.Split('|')]);
        var expected = answers.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Order(StringComparer.Ordinal), run.Lines[..^1].Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal));
        Assert.Equal(expected.Length > 0 ? ":4" : ":0", run.Lines[^1]); // 4: no names of files
    }

    [Fact]
    public async Task Every_answer_comes_with_a_word_about_it() =>
        Assert.All((await Run.Async("__complete", "send", "--")).Lines[..^1], l => Assert.Matches(@"^--[a-z0-9-]+\t.{5,}$", l));

    [Theory]
    [InlineData("bash --norc --noprofile -i", "source <(kubectl-wol completion bash)")]
    [InlineData("zsh -f -i", "autoload -Uz compinit; compinit -u -D; source <(kubectl-wol completion zsh)")]
    [InlineData("fish --no-config -i", "kubectl-wol completion fish | source")]
    public async Task A_shell_fills_in_what_is_half_typed(string shell, string load)
    {
        // A terminal of its own, and somebody who types ahead. The lines are run, so that what they say shows what became of them.
        var typed = $"{load}\nkubectl-wol slee\t--help\nkubectl-wol send 52:54:00:12:34:56 --verb sle\t--sign-key /nowhere\nexit\n";
        using var home = new Folder();
        var run = await Command.RunAsync(
            new ProcessSpec("script", "--quiet", "--return", "--command", shell, "/dev/null") { Environment = new Dictionary<string, string?>(Path()) { ["TERM"] = "dumb", ["HOME"] = home.Path } }, typed, Cancel);
        Assert.Contains("kubectl wol sleep <MACHINE> [options]", run.Output, StringComparison.Ordinal);
        Assert.Contains("error: cannot read the key /nowhere", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubectl_completes_by_the_program_of_that_name()
    {
        using var folder = new Folder();
        var shim = folder.File("kubectl_complete-wol");
        await File.WriteAllTextAsync(shim, (await Run.Async("completion", "kubectl")).Checked, Cancel);
        File.SetUnixFileMode(shim, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var kubectl = (await TestCluster.ApiServers.ClusterBinaries.LocateAsync(Cancel)).Kubectl;
        var run = await Command.RunAsync(new ProcessSpec(kubectl, "__complete", "wol", "slee") { Environment = Path(folder.Path) }, Cancel);
        Assert.StartsWith("sleep\tPause a machine", run.Checked, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Path(string? also = null) =>
        new() { ["PATH"] = $"{(also is null ? "" : also + ":")}{System.IO.Path.GetDirectoryName(Programs.Plugin)}:{Environment.GetEnvironmentVariable("PATH")}" };
}
