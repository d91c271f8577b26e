using System.Text.Json.Nodes;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Tools;

namespace KubeWol.Monitoring.Tests.Alerts;

/// <summary>What the chart makes of the rules and of the dashboard.</summary>
public sealed class RenderedRuleTests : IDisposable
{
    private readonly StateDirectory _state = new();
    private readonly Helm _helm;

    public RenderedRuleTests() => _helm = new(_state.Write("kubeconfig", "apiVersion: v1\nkind: Config\n"), _state);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task Neither_is_there_unless_it_is_asked_for()
    {
        var chart = await RenderedChart.RenderAsync(_helm, [], Cancel);
        Assert.DoesNotContain(chart.Manifests, m => (string?)m["kind"] is "PrometheusRule" || (string?)m["metadata"]!["name"] == "kubewol-dashboard");
    }

    [Fact]
    public async Task The_PrometheusRule_has_every_alert_as_it_is_in_the_file()
    {
        var rule = await RuleAsync("prometheusRule.enabled=true");
        Assert.Equal("kubewol", (string?)rule["metadata"]!["labels"]!["app.kubernetes.io/name"]);
        var rendered = Rules(rule);
        Assert.Equal(AlertRule.All.Select(r => r.Alert), rendered.Select(r => (string)r["alert"]!));
        foreach (var (source, copy) in AlertRule.All.Zip(rendered))
        {
            Assert.Equal((source.Expr, source.For), ((string?)copy["expr"], (string?)copy["for"]));
            Assert.Equal(source.Labels, Texts(copy["labels"]!));
            Assert.Equal(source.Annotations, Texts(copy["annotations"]!));
        }
    }

    [Fact]
    public async Task Labels_are_added_and_alerts_left_out_as_it_is_told()
    {
        var rule = await RuleAsync(
            "prometheusRule.enabled=true", "prometheusRule.labels.release=stack", "prometheusRule.alertLabels.team=infra", "prometheusRule.alertLabels.severity=page",
            "prometheusRule.disabled={KubeWolFlood,KubeWolSpoolNotOnDisk}", "prometheusRule.runbookUrl=https://wiki.example/kubewol/");
        Assert.Equal("stack", (string?)rule["metadata"]!["labels"]!["release"]);
        var rendered = Rules(rule);
        Assert.Equal(AlertRule.All.Select(r => r.Alert).Except(["KubeWolFlood", "KubeWolSpoolNotOnDisk"]), rendered.Select(r => (string)r["alert"]!));
        Assert.All(rendered, r =>
        {
            Assert.Equal(("infra", "page", "kubewol"), ((string?)r["labels"]!["team"], (string?)r["labels"]!["severity"], (string?)r["labels"]!["kubernetes_operator_part_of"]));
            Assert.Equal($"https://wiki.example/kubewol/{r["alert"]}.md", (string?)r["annotations"]!["runbook_url"]);
        });
    }

    [Fact]
    public async Task The_ConfigMap_has_the_dashboard_as_it_is_in_the_file()
    {
        var chart = await RenderedChart.RenderAsync(_helm, ["dashboard.enabled=true", "dashboard.namespace=monitoring", "dashboard.annotations.grafana_folder=KubeWol"], Cancel);
        var map = chart.Find("ConfigMap", "kubewol-dashboard");
        Assert.Equal(("monitoring", "KubeWol"), ((string?)map["metadata"]!["namespace"], (string?)map["metadata"]!["annotations"]!["grafana_folder"]));
        Assert.Equal("1", $"{map["metadata"]!["labels"]!["grafana_dashboard"]}");
        var source = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RenderedChart.Folder, "files", "dashboard.json"), Cancel));
        Assert.True(JsonNode.DeepEquals(source, JsonNode.Parse((string)map["data"]!["kubewol.json"]!)));
    }

    private async Task<JsonObject> RuleAsync(params string[] values) => (await RenderedChart.RenderAsync(_helm, [.. values, "monitoring.withoutCrds=Render"], Cancel)).Find("PrometheusRule", "kubewol");

    private static List<JsonNode> Rules(JsonObject rule) => [.. rule["spec"]!["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => r!)];

    private static Dictionary<string, string> Texts(JsonNode map) => map.AsObject().ToDictionary(e => e.Key, e => (string)e.Value!);
}
