using System.Text.RegularExpressions;
using KubeWol.Chart.Tests.Rendering;
using KubeWol.TestBed;

namespace KubeWol.Chart.Tests.Images;

/// <summary>The Dockerfile, which cannot be built here for want of a registry: what can be said of it without.</summary>
public sealed partial class DockerfileTests(Renderer renderer) : IClassFixture<Renderer>
{
    private static readonly IReadOnlyList<DockerStage> Stages = DockerStage.Read(Repository.Read("Dockerfile"));

    [Fact]
    public void Every_stage_begins_with_a_pinned_image_or_another_stage() => Assert.All(Stages, stage => Assert.True(
        stage.Base == "scratch" || Stages.Any(s => s.Name == stage.Base) || PinnedImage().IsMatch(stage.Base), $"{stage.Base} is not pinned: name a version and a distribution, or a digest"));

    [Theory]
    [InlineData("operator", "scratch", "65532:65532")]
    [InlineData("agent", "scratch", "0:0")]
    public void An_image_is_small_and_says_whose_it_is(string name, string from, string user)
    {
        var stage = Stages.Single(s => s.Name == name);
        Assert.EndsWith(from, stage.Base, StringComparison.Ordinal);
        Assert.Equal(user, stage.Last("USER"));
        // No shell: nothing is run in it, neither while it is built nor by its entry point.
        Assert.DoesNotContain(stage.Instructions, i => i.Word is "RUN" or "ADD");
        Assert.NotEmpty(stage.EntryPoint);
    }

    [Fact]
    public void What_is_copied_between_stages_is_made_there() => Assert.All(
        from stage in Stages from copy in stage.Instructions where copy.Word == "COPY" && copy.Text.StartsWith("--from=", StringComparison.Ordinal) select copy.Text["--from=".Length..].Split(' '),
        copy => Assert.Contains(copy[1], Stages.Single(s => s.Name == copy[0]).Instructions.Last(i => i.Word == "RUN").Text, StringComparison.Ordinal));

    [Fact]
    public void What_apt_has_read_is_left_out() => Assert.All(
        from stage in Stages from run in stage.Instructions where run.Word == "RUN" && run.Text.Contains("apt-get install", StringComparison.Ordinal) select run.Text,
        run =>
        {
            Assert.Contains("--no-install-recommends", run, StringComparison.Ordinal);
            Assert.Contains("rm -rf /var/lib/apt/lists/*", run, StringComparison.Ordinal);
        });

    /// <summary>A kubelet refuses runAsNonRoot for an image whose user is root, or is a name.</summary>
    [Fact]
    public async Task The_users_are_those_of_the_chart()
    {
        var chart = RenderedChart.Parse((await renderer.TemplateAsync()).Checked);
        foreach (var (kind, name) in new[] { ("Deployment", "operator"), ("DaemonSet", "agent") })
        {
            var pod = chart.Find(kind, $"kubewol-{name}")["spec"]!["template"]!["spec"]!;
            var user = (int)(pod["containers"]![0]!["securityContext"]!["runAsUser"] ?? pod["securityContext"]!["runAsUser"])!;
            Assert.StartsWith($"{user}:", Stages.Single(s => s.Name == name).Last("USER"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Scripts_that_it_runs_are_there_and_are_sent_along()
    {
        var scripts = Stages.SelectMany(s => s.Instructions).SelectMany(i => Script().Matches(i.Text)).Select(m => m.Value).ToList();
        Assert.NotEmpty(scripts);
        Assert.All(scripts, script => Assert.True(File.Exists(Repository.File(script)) && !Repository.Read(".dockerignore").Split('\n').Contains(script.Split('/')[0]), $"{script} is not there"));
    }

    [GeneratedRegex(@"^[\w./-]+:(?!latest)[0-9][\w.]*-[\w.-]+$|@sha256:[0-9a-f]{64}$")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"\beng/[\w-]+\.sh")]
    private static partial Regex Script();
}
