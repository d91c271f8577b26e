namespace KubeWol.Chart.Tests.Rendering;

/// <summary>What the chart makes of many sets of values, to be read in golden/.</summary>
public sealed class GoldenTests(Renderer renderer) : IClassFixture<Renderer>
{
    [Theory]
    [Trait("Writes", "Documents")]
    [MemberData(nameof(GoldenCase.Names), MemberType = typeof(GoldenCase))]
    public async Task These_values_give_these_manifests(string name)
    {
        var wanted = new GoldenCase(name);
        var standard = name == GoldenCase.Default ? null : await ManifestsAsync(new GoldenCase(GoldenCase.Default));
        Repository.IsUpToDate(wanted.ExpectedFile, GoldenCase.Difference(await ManifestsAsync(wanted), standard));
    }

    [Fact]
    public void No_expectation_is_left_over() => Assert.Equal(
        GoldenCase.All.Select(c => c.ExpectedFile).Order(StringComparer.Ordinal),
        Directory.GetFiles(Repository.Own("golden")).Where(file => !file.EndsWith(".values.yaml", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Helm_finds_no_fault_in_the_chart() => Assert.Equal("", (await renderer.HelmAsync("lint", "--strict", "--quiet", Repository.Chart)).Checked.Trim());

    [Fact]
    public async Task The_same_values_give_the_same_manifests_twice() => Assert.Equal((await renderer.TemplateAsync()).Checked, (await renderer.TemplateAsync()).Checked);

    private async Task<SortedDictionary<string, string>> ManifestsAsync(GoldenCase values) => GoldenCase.Manifests((await renderer.TemplateAsync(values.Options)).Checked);
}
