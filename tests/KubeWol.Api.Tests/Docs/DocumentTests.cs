using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace KubeWol.Api.Tests.Docs;

/// <summary>What the documents name is there: files, headings, make targets, chart values, metrics, fields of the API.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Shell = ["console", "sh", "bash"];
    private static readonly string[] Folders = ["charts", "config", "crds", "docs", "eng", "src", "tests"];

    private static readonly Map Values = Read<Map>(File.ReadAllText(Repository.File("charts", "kubewol", "values.yaml")));

    private static readonly Lazy<string> Sources = new(() => string.Join('\n', Directory.GetFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText)));

    public static TheoryData<string> Documents => [.. Document.All];

    public static TheoryData<string> ForUsers => [.. Document.All.Where(d => !d.StartsWith("tests", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string name)
    {
        var document = Document.Of(name);
        foreach (var link in document.Links.Where(l => !l.StartsWith("http", StringComparison.Ordinal) && !l.StartsWith("mailto:", StringComparison.Ordinal)))
        {
            var parts = link.Split('#', 2);
            var file = parts[0].Length == 0 ? name : Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(Repository.File(name))!, parts[0]));
            Assert.True(Path.Exists(Repository.File(file)), $"{name} links to {link}, and there is no {file}");
            if (parts.Length == 2) Assert.True(Document.Of(file).Anchors.Contains(parts[1]), $"{name} links to {link}, and {file} has no such heading");
        }
    }

    [Fact]
    public void Every_document_can_be_reached_from_the_index()
    {
        var reached = new HashSet<string> { Path.Combine("docs", "README.md") };
        for (var next = new Queue<string>(reached); next.TryDequeue(out var name);)
        {
            foreach (var link in Document.Of(name).Links.Select(l => l.Split('#')[0]).Where(l => l.EndsWith(".md", StringComparison.Ordinal) && !l.StartsWith("http", StringComparison.Ordinal)))
            {
                var file = Path.GetRelativePath(Repository.Root, Path.Combine(Path.GetDirectoryName(Repository.File(name))!, link));
                if (reached.Add(file)) next.Enqueue(file);
            }
        }

        Assert.Empty(Document.All.Where(d => d.StartsWith("docs", StringComparison.Ordinal)).Except(reached));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_file_of_the_repository_that_a_command_names_is_there(string name)
    {
        foreach (var word in Document.Of(name).Blocks(Shell).SelectMany(b => Words().Split(b)).Where(w => Folders.Any(f => w.StartsWith($"{f}/", StringComparison.Ordinal))))
        {
            Assert.True(Path.Exists(Repository.File(word)), $"{name} has a command that names {word}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_make_target_is_there(string name)
    {
        var makefile = File.ReadAllText(Repository.File("Makefile"));
        var commands = Document.Of(name).Blocks(Shell).SelectMany(b => b.Split('\n')).Concat(Document.Of(name).Quoted);
        foreach (var target in commands.Select(c => Make().Match(c)).Where(m => m.Success).Select(m => m.Groups[1].Value))
        {
            Assert.True(makefile.Contains($"\n{target}:", StringComparison.Ordinal), $"{name} says make {target}");
        }
    }

    [Theory]
    [MemberData(nameof(ForUsers))]
    public void Every_chart_value_is_there(string name)
    {
        var document = Document.Of(name);
        var set = document.Blocks(Shell).SelectMany(b => Setting().Matches(b)).Concat(document.Quoted.SelectMany(q => Setting().Matches(q))).Select(m => m.Groups[1].Value);
        var quoted = document.Quoted.Select(q => q.Split('=')[0]).Where(q => Dotted().IsMatch(q) && Values.ContainsKey(q.Split('.')[0]));
        foreach (var key in set.Concat(quoted)) Assert.True(IsValue(key), $"{name} names the chart's value {key}");
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_metric_is_there(string name)
    {
        var text = File.ReadAllText(Repository.File(name));
        foreach (var metric in Metric().Matches(text).Select(m => m.Value).Where(m => !m.EndsWith('_')))
        {
            var family = Suffix().Replace(metric, "");
            Assert.True(Sources.Value.Contains($"\"{metric}\"", StringComparison.Ordinal) || Sources.Value.Contains($"\"{family}\"", StringComparison.Ordinal), $"{name} names the metric {metric}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_example_of_a_resource_has_fields_that_exist(string name)
    {
        foreach (var block in Document.Of(name).Blocks("yaml"))
        {
            foreach (var resource in Separator().Split(block).Select(Read<object>).OfType<Map>().Where(r => r.GetValueOrDefault("apiVersion") is "kubewol.io/v1alpha1"))
            {
                var plural = resource["kind"] switch { "WakePolicy" => "wakepolicies", var kind => $"{((string)kind).ToLowerInvariant()}s" };
                var definition = Read<Map>(File.ReadAllText(Repository.File("crds", $"kubewol.io_{plural}.yaml")));
                var version = (Map)((List<object>)((Map)definition["spec"])["versions"])[0];
                AssertKnown(resource, (Map)((Map)version["schema"])["openAPIV3Schema"], $"{name}: {resource["kind"]}");
            }
        }
    }

    private static void AssertKnown(object value, Map schema, string path)
    {
        if (value is List<object> list)
        {
            foreach (var item in list) AssertKnown(item, (Map)schema["items"], $"{path}[]");
            return;
        }

        if (value is not Map map || !schema.TryGetValue("properties", out var properties)) return;
        foreach (var (field, inner) in map)
        {
            Assert.True(((Map)properties).TryGetValue(field, out var known), $"{path} has no field {field}");
            AssertKnown(inner, (Map)known, $"{path}.{field}");
        }
    }

    private static bool IsValue(string key)
    {
        object? at = Values;
        foreach (var part in key.Split('.'))
        {
            if (at is not Map map || !map.TryGetValue(part, out at)) return false;
        }

        return true;
    }

    private static T Read<T>(string yaml) => new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<T>(yaml);

    [GeneratedRegex(@"[\s'""=,:]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"^(?:\$ )?make ([a-z0-9][a-z0-9-]*)")]
    private static partial Regex Make();

    [GeneratedRegex(@"--set(?:-string)? '?([A-Za-z.]+)=")]
    private static partial Regex Setting();

    [GeneratedRegex(@"^[a-z][A-Za-z]+(\.[A-Za-z]+)+$")]
    private static partial Regex Dotted();

    [GeneratedRegex(@"\bkubewol_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("^---$", RegexOptions.Multiline)]
    private static partial Regex Separator();
}
