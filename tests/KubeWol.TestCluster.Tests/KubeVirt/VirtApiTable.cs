using System.Text.RegularExpressions;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>One cell of virt-api.txt.</summary>
public sealed record VirtApiCell(string Verb, string Body, string Row, string Instance, string Expected)
{
    public override string ToString() => $"{Verb} {Body} / {Row} / {Instance}";
}

/// <summary>Reads virt-api.txt.</summary>
internal static partial class VirtApiTable
{
    public static IReadOnlyList<VirtApiCell> Cells { get; } = Read();

    private static List<VirtApiCell> Read()
    {
        var cells = new List<VirtApiCell>();
        var answers = new Dictionary<string, string>();
        string verb = "", body = "";
        string[] columns = [];
        foreach (var line in TestData.Lines("virt-api.txt"))
        {
            if (line == "answers") continue;
            if (line.StartsWith("verb ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', 3);
                (verb, body, columns) = (parts[1], parts.ElementAtOrDefault(2) ?? "", []);
            }
            else if (!line.Contains('|', StringComparison.Ordinal))
            {
                var definition = Definition().Match(line);
                answers.Add(definition.Groups[1].Value, definition.Groups[2].Value);
            }
            else
            {
                string[] entries = [.. line.Split('|').Select(e => e.Trim().TrimEnd('*'))];
                if (columns.Length == 0) columns = entries[1..];
                else cells.AddRange(columns.Zip(entries[1..], (column, entry) => new VirtApiCell(verb, body, entries[0], column, Expand(entry, answers))));
                Assert.Equal(columns.Length, entries.Length - 1);
            }
        }

        return cells;
    }

    private static string Expand(string entry, Dictionary<string, string> answers)
    {
        var word = entry.Split(' ', 2);
        return answers.TryGetValue(word[0], out var answer) ? $"{answer} => {word.ElementAtOrDefault(1) ?? "-"}" : $"{word[0]} => {word.ElementAtOrDefault(1) ?? "-"}";
    }

    [GeneratedRegex(@"^\s*(\S+)\s+(.*)$")]
    private static partial Regex Definition();
}
