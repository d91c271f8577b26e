using System.Text.RegularExpressions;

namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>What a program serves at /metrics, in Prometheus' text format.</summary>
internal sealed partial class ProgramPage(string text)
{
    public string Text { get; } = text;

    /// <summary>Its metrics, by name.</summary>
    public IReadOnlyDictionary<string, Family> Families { get; } = Parse(text).ToDictionary(f => f.Name);

    /// <summary>How many series there are.</summary>
    public int Series => Text.Split('\n').Count(line => line.Length > 0 && line[0] != '#');

    private static IEnumerable<Family> Parse(string text)
    {
        var lines = text.Split('\n');
        foreach (var line in lines.Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)))
        {
            var (name, type) = line.Split(' ') is [_, _, var n, var t] ? (n, t) : throw new FormatException(line);
            var help = lines.Single(l => l.StartsWith($"# HELP {name} ", StringComparison.Ordinal))[$"# HELP {name} ".Length..];
            var labels = lines.Where(l => l.StartsWith(name, StringComparison.Ordinal) && NameOf(l) is var of && (of == name || (type == "histogram" && of == $"{name}_bucket")))
                .SelectMany(l => Label().Matches(l)).Where(m => m.Groups[1].Value != "le")
                .GroupBy(m => m.Groups[1].Value, m => m.Groups[2].Value).OrderBy(g => g.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, IReadOnlyList<string> (g) => [.. g.Distinct().Order(StringComparer.Ordinal)]);
            yield return new(name, type, help, labels);
        }
    }

    private static string NameOf(string line) => line[..line.IndexOfAny(['{', ' '])];

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex Label();
}
