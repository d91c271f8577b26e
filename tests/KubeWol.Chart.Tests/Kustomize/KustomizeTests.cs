using System.Text.RegularExpressions;
using KubeWol.Chart.Tests.Installing;
using KubeWol.Chart.Tests.Rendering;
using KubeWol.TestBed;

namespace KubeWol.Chart.Tests.Kustomize;

/// <summary>config/: a base that is the chart with its default values, an overlay, and samples.</summary>
[Collection(nameof(ChartServer))]
public sealed partial class KustomizeTests(ChartServer server, Renderer renderer) : IClassFixture<Renderer>
{
    private const string Head = "# Written by `make chart-docs`: helm template charts/kubewol --namespace kubewol-system --set crds.keep=false\n";

    [Fact]
    [Trait("Writes", "Documents")]
    public async Task The_base_is_what_the_chart_makes_of_its_default_values()
    {
        var rendered = (await renderer.TemplateAsync("--set", "crds.keep=false")).Checked;
        Repository.IsUpToDate(Repository.File("config", "base", "kubewol.yaml"), Head + LinesOfHelm().Replace(rendered, ""));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("overlays", "own-registry")]
    public async Task Kubectl_builds_it_and_the_API_server_takes_it(params string[] folder) => await server.TakesAsync(await BuildAsync(folder));

    [Fact]
    public async Task The_overlay_changes_what_it_says_and_nothing_else()
    {
        var (below, above) = (await BuildAsync("base"), await BuildAsync("overlays", "own-registry"));
        var changed = above.Split('\n').Except(below.Split('\n')).Select(line => line.Trim());
        Assert.Equal(
            ["replicas: 3", "image: registry.example/kubewol/operator:0.1.0", "- --interface=bond0", "- --interface=br-*", "image: registry.example/kubewol/agent:0.1.0", "listens: \"yes\""],
            changed);
        Assert.Equal(RenderedChart.Parse(below).Manifests.Count, RenderedChart.Parse(above).Manifests.Count);
    }

    /// <summary>Each is applied in KubeWol.Api.Tests, and tried against the admission policies in KubeWol.EndToEnd.</summary>
    [Theory]
    [InlineData("WakeRequest")]
    [InlineData("WakePolicy")]
    [InlineData("WakeTemplate")]
    public void There_is_a_sample_of_every_kind(string kind) =>
        Assert.Contains(Directory.GetFiles(Repository.File("config", "samples")), file => File.ReadAllLines(file).Contains($"kind: {kind}"));

    private Task<string> BuildAsync(params string[] folder) => server.Server.Kubectl.OutputAsync(["kustomize", Repository.File(["config", .. folder])], TestContext.Current.CancellationToken);

    /// <summary>Who reads these files is not helm.</summary>
    [GeneratedRegex(@"^( *app\.kubernetes\.io/managed-by: Helm| *helm\.sh/chart: .*|# Source: .*)\n", RegexOptions.Multiline)]
    private static partial Regex LinesOfHelm();
}
