using System.Text.RegularExpressions;

namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>What a PromQL expression names. Whether it is valid is promtool's business.</summary>
internal static partial class Expression
{
    private static readonly HashSet<string> Words = ["by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset", "inf", "nan"];

    /// <summary>The metrics in it, each with the labels it is selected by and the values these are compared with; those that begin with $ are the dashboard's.</summary>
    public static IEnumerable<(string Metric, IReadOnlyList<(string Label, string Value)> Selected)> Selectors(string expression)
    {
        // What stands after by (…) are labels, and what stands in […] is time.
        var bare = Grouping().Replace(Brackets().Replace(expression, ""), "");
        foreach (Match match in Selector().Matches(bare))
        {
            var name = match.Groups["name"].Value;
            if (Words.Contains(name.ToLowerInvariant()) || bare[(match.Index + match.Length)..].TrimStart().StartsWith('(')) continue;
            var values = from matcher in Matcher().Matches(match.Groups["labels"].Value)
                         from value in matcher.Groups["value"].Value.Split('|')
                         select (matcher.Groups["label"].Value, value);
            yield return (name, [.. values]);
        }
    }

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Brackets();

    [GeneratedRegex("""(?<![\w$"])(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>[^}]*)\})?""")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>\w+)\s*(=~|!~|!=|=)\s*"(?<value>[^"]*)["]""")]
    private static partial Regex Matcher();
}
