using KubeWol.TestBed;

namespace KubeWol.EndToEnd.Rights;

/// <summary>docs/security.md lists every right that the chart grants, and no other.</summary>
[Collection(nameof(InstalledChart))]
public sealed class SecurityDocumentTests(InstalledChart installed)
{
    [Fact]
    public async Task The_document_lists_the_rights_of_the_chart()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "docs", "security.md"), TestContext.Current.CancellationToken);
        var listed = lines.Where(line => line.StartsWith("| agent |", StringComparison.Ordinal) || line.StartsWith("| operator |", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.All(listed, cells => Assert.NotEmpty(cells[6]));

        var granted = GrantedRule.Of(installed.Chart)
            .GroupBy(rule => $"{rule.User[(rule.User.LastIndexOf('-') + 1)..]} {Where(rule.Namespace)} {rule.Resource}{(rule.Group.Length == 0 ? "" : $".{rule.Group}")} {rule.Name}".TrimEnd())
            .Select(rules => $"{rules.Key}: {string.Join(", ", rules.Select(r => r.Verb).Distinct().Order(StringComparer.Ordinal))}");
        Assert.Equal(
            granted.Order(StringComparer.Ordinal),
            listed.SelectMany(c => Names(c[4]).Select(name => $"{$"{c[1]} {c[2]} {c[3].Trim('`')} {name}".TrimEnd()}: {c[5]}")).Order(StringComparer.Ordinal));
    }

    /// <summary>The names in a cell: none, one, or a row of them that count up their last hexadecimal digit.</summary>
    private static IEnumerable<string> Names(string cell)
    {
        if (cell.Split('…', StringSplitOptions.TrimEntries) is not [var first, var last]) return [cell.Trim('`')];
        var (from, to) = (first.Trim('`'), last.Trim('`'));
        Assert.Equal(from[..^1], to[..^1]);
        return Enumerable.Range(Convert.ToInt32(from[^1..], 16), Convert.ToInt32(to[^1..], 16) - Convert.ToInt32(from[^1..], 16) + 1).Select(digit => $"{from[..^1]}{digit:x}");
    }

    private static string Where(string? ns) => ns switch { null => "everywhere", Installation.Namespace => "own namespace", _ => ns };
}
