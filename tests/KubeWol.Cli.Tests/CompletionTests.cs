using KubeWol.TestBed;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Cli.Tests;

/// <summary>What could be typed next: asked of the program as kubectl asks it, and of bash itself with the script in it.</summary>
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
    [InlineData("kubectl-wol slee", "sleep")]
    [InlineData("kubectl-wol sleep web-01 --mode s", "stop")]
    [InlineData("kubectl-wol completion z", "zsh")]
    public async Task Bash_completes(string line, string word)
    {
        var script = (await Run.Async("completion", "bash")).Checked;
        var words = line.Split(' ');
        var bash = $"{script}\nCOMP_WORDS=({line}); COMP_CWORD={words.Length - 1}; _kubectl_wol; echo \"${{COMPREPLY[*]}}\"";
        Assert.Equal(word, (await ShellAsync("bash", "-c", bash)).Checked.Trim());
    }

    [Theory]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task The_other_shells_can_read_theirs(string shell, string check)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(System.IO.Path.Combine(d, shell))), $"{shell} is not installed");
        using var folder = new Folder();
        await File.WriteAllTextAsync(folder.File("script"), (await Run.Async("completion", shell)).Checked, Cancel);
        _ = (await ShellAsync(shell, check, folder.File("script"))).Checked;
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

    private static Task<CommandResult> ShellAsync(string shell, params string[] arguments) => Command.RunAsync(new ProcessSpec(shell, arguments) { Environment = Path() }, Cancel);

    private static Dictionary<string, string?> Path(string? also = null) =>
        new() { ["PATH"] = $"{(also is null ? "" : also + ":")}{System.IO.Path.GetDirectoryName(Programs.Plugin)}:{Environment.GetEnvironmentVariable("PATH")}" };
}
