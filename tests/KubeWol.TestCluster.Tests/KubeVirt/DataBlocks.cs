namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>One case of admission.txt or crds.txt: what it is about, a merge patch, and what is expected.</summary>
public sealed record DataBlock(string Kind, string Title, string Patch, string Expected)
{
    public override string ToString() => $"{Kind}: {Title}";
}

/// <summary>Reads <c>-- KIND: TITLE</c>, a line of JSON, and indented lines of expectation.</summary>
internal static class DataBlocks
{
    public static IEnumerable<DataBlock> Read(string name)
    {
        string title = "", patch = "";
        var expected = new List<string>();
        foreach (var line in TestData.Lines(name).Append("-- end"))
        {
            if (!line.StartsWith("-- ", StringComparison.Ordinal))
            {
                if (line.StartsWith('{')) patch = line;
                else expected.Add(line.Trim());
                continue;
            }

            if (title.Length > 0) yield return new(title.Split(": ")[0], title.Split(": ", 2)[1], patch, string.Join('\n', expected));
            (title, expected) = (line[3..], []);
        }
    }
}
