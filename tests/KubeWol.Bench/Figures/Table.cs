using System.Text;

namespace KubeWol.Bench.Figures;

/// <summary>A run's figures as Markdown.</summary>
internal static class Table
{
    private const string Begin = "<!-- begin: make bench-readme -->";
    private const string End = "<!-- end: make bench-readme -->";

    public static string Of(Results results)
    {
        var text = new StringBuilder();
        text.AppendJoin("; ", results.Circumstances.Select(c => $"{c.Key}: {c.Value}")).AppendLine(".");
        foreach (var (title, figures) in Catalogue.Groups)
        {
            var measured = figures.Select(f => (Figure: f, Value: results.Find(f.Key))).Where(f => f.Value is not null).ToList();
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

    /// <summary>Puts the table between its marks in a document.</summary>
    public static void WriteInto(string document, Results results)
    {
        var text = File.ReadAllText(document);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidDataException($"{document} has no place for the table: {Begin} … {End}");
        File.WriteAllText(document, $"{text[..(begin + Begin.Length)]}\n{Of(results)}{text[end..]}");
    }
}
