using System.Text;

namespace KubeWol.Bench.Figures;

/// <summary>A run's figures as Markdown.</summary>
internal static class Table
{
    private const string Begin = "<!-- begin: make bench-readme -->";
    private const string End = "<!-- end: make bench-readme -->";

    /// <param name="results">What was measured.</param>
    /// <param name="shows">Which figures the table has; null for all.</param>
    public static string Of(Results results, IReadOnlySet<string>? shows = null)
    {
        var text = new StringBuilder();
        text.AppendJoin("; ", results.Circumstances.Select(c => $"{c.Key}: {c.Value}")).AppendLine(".");
        foreach (var (title, figures) in Catalogue.Groups)
        {
            var measured = figures.Select(f => (Figure: f, Value: results.Find(f.Key))).Where(f => f.Value is not null && shows?.Contains(f.Figure.Key) != false).ToList();
            if (measured.Count == 0) continue;
            text.AppendLine().AppendLine($"| {title} | | target | |").AppendLine("|---|---:|---:|---|");
            foreach (var (figure, value) in measured)
            {
                var met = figure.IsMet(value!.Value) switch { true => "✓", false => "✗", null => "" };
                text.AppendLine($"| {figure.What} | {Number.Text(value.Value)} | {figure.Target} | {met} |");
            }
        }

        return text.ToString();
    }

    /// <summary>Puts the headlines between its marks in a document.</summary>
    public static void WriteInto(string document, Results results)
    {
        var text = File.ReadAllText(document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidDataException($"{document} has no place for the table: {Begin} … {End}");
        File.WriteAllText(document, $"{text[..(begin + Begin.Length)]}\n{Of(results, Catalogue.Headlines)}{text[end..]}");
    }
}
