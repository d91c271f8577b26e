using KubeWol.Monitoring.Tests.Bed;

namespace KubeWol.Monitoring.Tests.Alerts;

/// <summary>The rules as they are in the chart: when each fires and when not, by promtool; and that each says what to do.</summary>
public sealed class AlertRuleTests
{
    private static readonly string[] Severities = ["critical", "warning", "info"];
    private static readonly string[] Sections = ["## Meaning", "## Impact", "## Diagnosis", "## Mitigation"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Alerts => [.. AlertRule.All.Select(r => r.Alert)];

    [Fact]
    public async Task Promtool_finds_no_fault_in_the_rules()
    {
        var result = await MonitoringPrograms.PromtoolAsync(["check", "rules", AlertRule.File], null, Cancel);
        Assert.True(result.Succeeded, result.Output + result.Error);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public async Task It_fires_when_it_should_and_not_otherwise(string alert)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Rules", $"{alert}.yaml");
        var text = await File.ReadAllTextAsync(file, Cancel);
        Assert.Contains("- name: it fires\n", text, StringComparison.Ordinal);
        Assert.Contains("- name: it does not fire when ", text, StringComparison.Ordinal);
        Assert.Contains($"alertname: {alert}\n        exp_alerts:\n          - exp_labels:", text, StringComparison.Ordinal);
        Assert.Contains($"alertname: {alert}, exp_alerts: []", text, StringComparison.Ordinal);

        var result = await MonitoringPrograms.PromtoolAsync(["test", "rules", file], null, Cancel);
        Assert.True(result.Succeeded, result.Output + result.Error);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public async Task It_says_how_bad_it_is_and_what_to_do(string alert)
    {
        var rule = AlertRule.All.Single(r => r.Alert == alert);
        Assert.Contains(rule.Labels["severity"], Severities);
        Assert.Equal("kubewol", rule.Labels["kubernetes_operator_part_of"]);
        Assert.EndsWith(".", rule.Annotations["summary"], StringComparison.Ordinal);
        Assert.EndsWith(".", rule.Annotations["description"], StringComparison.Ordinal);
        Assert.Equal($"https://github.com/kubewol/kubewol/blob/main/docs/runbooks/{alert}.md", rule.Annotations["runbook_url"]);

        var runbook = await File.ReadAllLinesAsync(Repository.File("docs", "runbooks", $"{alert}.md"), Cancel);
        Assert.Equal($"# {alert}", runbook[0]);
        Assert.Equal(Sections, runbook.Where(l => l.StartsWith("## ", StringComparison.Ordinal)));
        Assert.Contains($"[{alert}]({alert}.md)", await File.ReadAllTextAsync(Repository.File("docs", "runbooks", "README.md"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_runbook_and_every_test_is_of_an_alert()
    {
        var names = AlertRule.All.Select(r => r.Alert).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names, NamesIn(Repository.File("docs", "runbooks"), "*.md").Where(n => n != "README"));
        Assert.Equal(names, NamesIn(Repository.File("tests", "KubeWol.Monitoring.Tests", "Rules"), "*.yaml"));
    }

    private static IEnumerable<string> NamesIn(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);
}
