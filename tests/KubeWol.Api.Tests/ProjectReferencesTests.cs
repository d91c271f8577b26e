using System.Xml.Linq;

namespace KubeWol.Api.Tests;

/// <summary>Who may know whom. Agent and operator meet only in the API and in what proves a frame.</summary>
public sealed class ProjectReferencesTests
{
    /// <summary>A new project of src gets a line here, and with it a thought.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["KubeWol.Protocol"] = [],
        ["KubeWol.ControllerRuntime"] = [],
        ["KubeWol.Api"] = ["KubeWol.ControllerRuntime"],
        ["KubeWol.Proofs"] = ["KubeWol.Api", "KubeWol.Protocol"],
        ["KubeWol.Agent"] = ["KubeWol.Api", "KubeWol.ControllerRuntime", "KubeWol.Proofs", "KubeWol.Protocol"],
        ["KubeWol.Operator"] = ["KubeWol.Api", "KubeWol.ControllerRuntime", "KubeWol.Proofs", "KubeWol.Protocol"],
        ["KubeWol.Cli"] = ["KubeWol.Api", "KubeWol.ControllerRuntime", "KubeWol.Operator", "KubeWol.Proofs", "KubeWol.Protocol"], // the operator's judge explains
    };

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Repository.File("src")).Where(d => Directory.EnumerateFiles(d, "*.csproj").Any()).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"src/{project} is new: say in this test what it may reference");
        Assert.Empty(References(project).Except(allowed!));
    }

    [Fact]
    public void Frames_are_parsed_without_a_foreign_package() => Assert.Empty(Elements("KubeWol.Protocol", "PackageReference"));

    [Fact]
    public void Nothing_that_ships_references_tests_or_tools() => // a reference out of src would not be found among the allowed ones either
        Assert.All(
            Allowed.Keys.SelectMany(p => Elements(p, "ProjectReference")), path => Assert.StartsWith("../KubeWol.", path, StringComparison.Ordinal));

    private static IEnumerable<string> References(string project) =>
        Elements(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> Elements(string project, string name) =>
        XDocument.Load(Repository.File("src", project, $"{project}.csproj")).Descendants(name)
            .Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
}
