using KubeWol.Chart.Tests.Rendering;

namespace KubeWol.Chart.Tests.Installing;

/// <summary>Whatever the values, an API server takes what the chart makes of them: kinds, fields and types; a genuine kube-apiserver (KUBEBUILDER_ASSETS) checks more.</summary>
[Collection(nameof(ChartServer))]
public sealed class ValidityTests(ChartServer server, Renderer renderer) : IClassFixture<Renderer>
{
    [Theory]
    [MemberData(nameof(GoldenCase.Names), MemberType = typeof(GoldenCase))]
    public async Task The_API_server_takes_it(string name) => await server.TakesAsync((await renderer.TemplateAsync(new GoldenCase(name).Options)).Checked);

    [Fact]
    public async Task The_API_server_takes_the_dashboard() => await server.TakesAsync((await renderer.TemplateAsync("--set", "dashboard.enabled=true", "--show-only", "templates/dashboard.yaml")).Checked);

    [Theory]
    [InlineData("replicas: 2", "replica: 2", "unknown field")]
    [InlineData("hostNetwork: true", "hostNetwork: maybe", "hostNetwork")]
    public async Task It_would_not_take_everything(string text, string changed, string complaint)
    {
        var manifests = (await renderer.TemplateAsync()).Checked;
        Assert.Contains(text, manifests, StringComparison.Ordinal);
        var answer = await server.Server.Kubectl.RunAsync(
            ["apply", "--dry-run=server", "--validate=strict", "-f", "-"], manifests.Replace(text, changed, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.False(answer.Succeeded);
        Assert.Contains(complaint, answer.Error, StringComparison.Ordinal);
    }
}
