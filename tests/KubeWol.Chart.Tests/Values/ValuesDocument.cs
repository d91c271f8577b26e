using System.Text.RegularExpressions;

namespace KubeWol.Chart.Tests.Values;

/// <summary>charts/kubewol/README.md: its table of values is made of the comments in values.yaml.</summary>
internal static partial class ValuesDocument
{
    private const string Begin = "<!-- values: written by `make chart-docs` from the comments in values.yaml -->\n";
    private const string End = "<!-- end of values -->\n";

    /// <summary>Every value and group, in the order of values.yaml. A value is on one line: a list or a mapping on it is one value.</summary>
    public static IReadOnlyList<ChartValue> Read()
    {
        var values = new List<ChartValue>();
        var (comment, groups) = (new List<string>(), new Stack<(int Indent, string Path)>());
        foreach (var line in Repository.Read("charts", "kubewol", "values.yaml").Split('\n'))
        {
            if (line.Trim().Length == 0) comment.Clear();
            else if (line.TrimStart().StartsWith("# ", StringComparison.Ordinal)) comment.Add(line.Trim()[2..]);
            else
            {
                var (indent, name, text) = Line().Match(line) is { Success: true } match
                    ? (match.Groups[1].Length, match.Groups[2].Value, match.Groups[3].Value.Trim())
                    : throw new FormatException($"values.yaml: \"{line}\" is neither a name nor a comment; write lists on one line");
                while (groups.TryPeek(out var above) && above.Indent >= indent) groups.Pop();
                var path = groups.TryPeek(out var group) ? $"{group.Path}.{name}" : name;
                values.Add(new(path, text.Length == 0 ? null : text, string.Join(' ', comment)));
                if (text.Length == 0) groups.Push((indent, path));
                comment.Clear();
            }
        }

        return values;
    }

    /// <summary>The document with the table that belongs in it.</summary>
    public static string Update(string document)
    {
        var (begin, end) = (document.IndexOf(Begin, StringComparison.Ordinal), document.IndexOf(End, StringComparison.Ordinal));
        return begin < 0 || end < begin
            ? throw new FormatException($"the chart's README.md needs the lines {Begin}and {End}")
            : $"{document[..begin]}{Begin}\n{Table()}\n{document[end..]}";
    }

    private static string Table() => string.Concat(((string[])["| value | default | |", "|---|---|---|"])
        .Concat(Read().Where(v => v.Default is not null || v.Comment.Length > 0).Select(v => v.Default is null ? $"| **{v.Path}** | | {Cell(v.Comment)} |" : $"| `{v.Path}` | `{v.Default}` | {Cell(v.Comment)} |"))
        .Select(row => $"{row}\n"));

    /// <summary>A bar ends a cell, and double braces would be filled in by some who publish charts.</summary>
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"^( *)([A-Za-z]\w*):(?: (.*))?$")]
    private static partial Regex Line();
}
