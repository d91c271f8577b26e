using System.Text.RegularExpressions;
using KubeWol.Chart.Tests.Images;
using YamlDotNet.Serialization;

namespace KubeWol.Chart.Tests.Workflows;

/// <summary>.github/workflows: what runs there is what is named, with no more rights than it needs.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string Folder = Repository.File(".github", "workflows");

    public static TheoryData<string> Workflows => [.. Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_action_is_pinned_by_commit_and_says_which_version_that_is(string workflow)
    {
        var uses = File.ReadLines(Path.Combine(Folder, workflow)).Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Pinned(), line));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void A_job_has_the_rights_it_names_and_no_others(string workflow)
    {
        var read = Read(workflow);
        Assert.Empty((Dictionary<object, object>)read["permissions"]);
        Assert.All(Jobs(read).Values, job => Assert.True(job.ContainsKey("permissions") && (job.ContainsKey("timeout-minutes") || job.ContainsKey("uses")), "a job says its rights and how long it may take"));
    }

    /// <summary>A branch or a title that somebody else chose would be run as a part of the script.</summary>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void No_script_has_an_expression_in_it(string workflow) => Assert.All(
        Steps(workflow).Where(step => step.ContainsKey("run")), step => Assert.DoesNotContain("${{", (string)step["run"], StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void The_tests_run_as_everybody_runs_them_before_anything_else(string workflow)
    {
        var first = Jobs(Read(workflow)).First();
        var (calls, runs) = (first.Value.GetValueOrDefault("uses"), Steps(workflow).Select(step => step.GetValueOrDefault("run")));
        Assert.True(calls is "./.github/workflows/ci.yml" || runs.Contains(".ci/run"), "no tests");
        Assert.All(Jobs(Read(workflow)).Skip(1), job => Assert.NotNull(job.Value["needs"]));
    }

    [Fact]
    public void A_release_builds_every_image_and_the_plugin_for_both_architectures_and_signs_the_images_and_the_chart()
    {
        var build = Jobs(Read("release.yml"))["build"];
        var matrix = (Dictionary<object, object>)((Dictionary<object, object>)build["strategy"])["matrix"];
        Assert.Equal(DockerStage.Read(Repository.Read("Dockerfile")).Select(s => s.Name).Where(name => !name.StartsWith("build", StringComparison.Ordinal)), ((List<object>)matrix["image"]).Cast<string>());
        Assert.Equal(["ubuntu-24.04", "ubuntu-24.04-arm"], ((List<object>)matrix["machine"]).Cast<string>());
        var scripts = string.Join('\n', Steps("release.yml").Select(step => step.TryGetValue("run", out var run) ? (string)run : ""));
        Assert.Equal(2, Count(scripts, "cosign sign --yes"));
        var text = File.ReadAllText(Path.Combine(Folder, "release.yml"));
        var architectures = Repository.Read("krew", "wol.yaml").Split('\n').Where(line => line.Contains("arch: ", StringComparison.Ordinal)).Select(line => line.Split("arch: ")[1].Split('}')[0]);
        Assert.All(architectures, architecture => Assert.Contains($"{architecture}=plugins/plugin-", scripts, StringComparison.Ordinal));
        Assert.All((string[])["sbom: true", "provenance: mode=max", "push-to-registry: true", "helm push"], words => Assert.Contains(words, text, StringComparison.Ordinal));
    }

    private static int Count(string text, string words) => text.Split(words).Length - 1;

    private static Dictionary<object, object> Read(string workflow) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(File.ReadAllText(Path.Combine(Folder, workflow)));

    private static Dictionary<string, Dictionary<object, object>> Jobs(Dictionary<object, object> workflow) =>
        ((Dictionary<object, object>)workflow["jobs"]).ToDictionary(job => (string)job.Key, job => (Dictionary<object, object>)job.Value);

    private static IEnumerable<Dictionary<object, object>> Steps(string workflow) =>
        Jobs(Read(workflow)).Values.Where(job => job.ContainsKey("steps")).SelectMany(job => (List<object>)job["steps"]).Cast<Dictionary<object, object>>();

    [GeneratedRegex(@"^ +(- )?uses: ([\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\./\S+)$")]
    private static partial Regex Pinned();
}
