using KubeWol.TestBed;
using YamlDotNet.Serialization;

namespace KubeWol.Monitoring.Tests.Alerts;

/// <summary>One alert of the chart's file.</summary>
internal sealed record AlertRule
{
    public static string File { get; } = Path.Combine(RenderedChart.Folder, "files", "alerts.yaml");

    public static IReadOnlyList<AlertRule> All { get; } = [.. new DeserializerBuilder().WithCaseInsensitivePropertyMatching().Build()
        .Deserialize<RuleFile>(System.IO.File.ReadAllText(File)).Groups.SelectMany(g => g.Rules)];

    public required string Alert { get; init; }

    public required string Expr { get; init; }

    public string? For { get; init; }

    public required Dictionary<string, string> Labels { get; init; }

    public required Dictionary<string, string> Annotations { get; init; }

    private sealed record RuleFile
    {
        public required List<RuleGroup> Groups { get; init; }
    }

    private sealed record RuleGroup
    {
        public required string Name { get; init; }

        public required List<AlertRule> Rules { get; init; }
    }
}
