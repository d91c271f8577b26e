using System.Text.RegularExpressions;

namespace KubeWol.Chart.Tests.Rendering;

/// <summary>A set of values in golden/NAME.values.yaml; its first line may say "# helm:" and options of helm. What comes of it is in golden/NAME.yaml.</summary>
public sealed partial record GoldenCase(string Name)
{
    public const string Default = "default";

    private static readonly string Folder = Repository.Own("golden");

    public static IReadOnlyList<GoldenCase> All { get; } =
        [.. Directory.GetFiles(Folder, "*.values.yaml").Select(file => new GoldenCase(Path.GetFileName(file)[..^".values.yaml".Length])).OrderBy(c => c.Name, StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public string ExpectedFile => Path.Combine(Folder, $"{Name}.yaml");

    /// <summary>Its options for helm.</summary>
    public IReadOnlyList<string> Options
    {
        get
        {
            var values = Path.Combine(Folder, $"{Name}.values.yaml");
            var first = File.ReadLines(values).FirstOrDefault() ?? "";
            return ["--values", values, .. first.StartsWith("# helm: ", StringComparison.Ordinal) ? first["# helm: ".Length..].Split(' ') : []];
        }
    }

    /// <summary>The manifests by "Kind namespace/name", without the CRDs, which have a test of their own.</summary>
    public static SortedDictionary<string, string> Manifests(string rendered)
    {
        var manifests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var manifest in ("\n" + rendered).Split("\n---\n").Select(text => text.Trim('\n')).Where(text => KindLine().IsMatch(text)))
        {
            var kind = KindLine().Match(manifest).Groups[1].Value;
            if (kind != "CustomResourceDefinition") manifests.Add($"{kind} {NameLine().Match(manifest).Groups[1].Value}", manifest + "\n");
        }

        return manifests;
    }

    /// <summary>What a set of values makes of the chart: of all but the default one, only what is different.</summary>
    public static string Difference(SortedDictionary<string, string> manifests, SortedDictionary<string, string>? standard)
    {
        var changed = manifests.Where(m => standard?.GetValueOrDefault(m.Key) != m.Value).Select(m => m.Value);
        var gone = standard?.Keys.Except(manifests.Keys).Select(name => $"# not there: {name}\n") ?? [];
        return string.Concat(gone.Concat(changed.Select(text => $"---\n{text}")));
    }

    [GeneratedRegex(@"^kind: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex KindLine();

    [GeneratedRegex(@"^metadata: *(?:\n  .*)*?\n? *\{?(?:  )?name: ([^\s,}]+)", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}
