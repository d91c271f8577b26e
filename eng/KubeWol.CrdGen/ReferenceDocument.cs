using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using Map = System.Collections.Generic.Dictionary<object, object>;

namespace KubeWol.CrdGen;

/// <summary>docs/reference.md: every field of every kind, as the CustomResourceDefinitions have them.</summary>
internal static partial class ReferenceDocument
{
    private const string Head = """
        # API reference

        Written by `make crds` from the CustomResourceDefinitions; a test fails when the two differ. `kubectl explain wakerequest.spec` says the same.

        All kinds are namespaced, of the group `kubewol.io`, version `v1alpha1`. **Bold** fields must be set where what they are in is set. Samples: [config/samples](../config/samples).

        """;

    /// <param name="definitions">CustomResourceDefinitions as YAML.</param>
    public static string Text(IEnumerable<string> definitions)
    {
        var text = new StringBuilder(Head);
        foreach (var definition in definitions.Order(StringComparer.Ordinal)) Add(text, (Map)new DeserializerBuilder().Build().Deserialize(definition)!);
        return text.ToString();
    }

    private static void Add(StringBuilder text, Map definition)
    {
        var spec = In(definition, "spec");
        var names = In(spec, "names");
        var version = (Map)((List<object>)spec["versions"])[0];
        var schema = In(In(version, "schema"), "openAPIV3Schema");
        text.Append(CultureInfo.InvariantCulture, $"\n## {names["kind"]}\n\n{schema["description"]}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"`kubectl get {names["plural"]}`, or in short `{string.Join("`, `", (List<object>)names["shortNames"])}`.\n");
        foreach (var part in (string[])["spec", "status"])
        {
            var fields = In(In(schema, "properties"), part);
            text.Append(CultureInfo.InvariantCulture, $"\n### {names["kind"]} {part}\n\n{fields["description"]}\n");
            AddRules(text, fields);
            text.Append("\n| field | type | |\n| --- | --- | --- |\n");
            AddFields(text, fields, "");
        }
    }

    private static void AddFields(StringBuilder text, Map schema, string path)
    {
        var required = schema.TryGetValue("required", out var names) ? ((List<object>)names).Cast<string>().ToHashSet() : [];
        foreach (var (name, value) in schema.TryGetValue("properties", out var properties) ? (Map)properties : [])
        {
            var field = (Map)value;
            var full = $"{path}{name}";
            var inner = field.TryGetValue("items", out var items) ? (Map)items : field;
            var called = required.Contains((string)name) ? $"**`{full}`**" : $"`{full}`";
            text.Append(CultureInfo.InvariantCulture, $"| {called} | {TypeOf(field)} | {Cell(Sentences(field))} |\n");
            AddFields(text, inner, inner == field ? $"{full}." : $"{full}[].");
        }
    }

    /// <summary>What it means, word by word where it is one of several words, what it is if it is not set, and what is checked.</summary>
    private static string Sentences(Map field)
    {
        var parts = Words().Split((string)field["description"]).Select(p => Word().Replace(p.Trim(), "`$1`:")).ToList();
        if (field.TryGetValue("default", out var @default)) parts.Add($"Default: `{@default}`.");
        if (Bounds(field) is { Length: > 0 } bounds) parts.Add(bounds);
        parts.AddRange(Rules(field).Select(rule => $"Checked: {rule}."));
        return string.Join("<br>", parts);
    }

    private static string Bounds(Map field)
    {
        var of = field.TryGetValue("items", out var items) ? (Map)items : field;
        string[] bounds =
        [
            .. field.TryGetValue("maxItems", out var most) ? [$"at most {most} entries"] : Array.Empty<string>(),
            .. field.TryGetValue("maxProperties", out var entries) ? [$"at most {entries} entries"] : Array.Empty<string>(),
            .. of.TryGetValue("minimum", out var low) ? [of.TryGetValue("maximum", out var high) ? $"{low} to {high}" : $"at least {low}"] : Array.Empty<string>(),
            .. of.TryGetValue("maxLength", out var longest) ? [$"at most {longest} characters"] : Array.Empty<string>(),
        ];
        return bounds.Length == 0 ? "" : $"{char.ToUpperInvariant(string.Join(", ", bounds)[0])}{string.Join(", ", bounds)[1..]}.";
    }

    private static void AddRules(StringBuilder text, Map schema)
    {
        var rules = Rules(schema).ToList();
        if (rules.Count > 0) text.Append('\n');
        foreach (var rule in rules) text.Append(CultureInfo.InvariantCulture, $"- {rule}\n");
    }

    private static IEnumerable<string> Rules(Map schema) =>
        schema.TryGetValue("x-kubernetes-validations", out var rules) ? ((List<object>)rules).Select(r => (string)((Map)r)["message"]) : [];

    private static string TypeOf(Map field) => (string)field["type"] switch
    {
        "array" => $"list of {TypeOf((Map)field["items"])}",
        "object" when field.ContainsKey("additionalProperties") => "map of strings",
        "string" when field.TryGetValue("format", out var format) => (string)format == "date-time" ? "time" : (string)format,
        var type => type,
    };

    /// <summary>A bar would end the cell.</summary>
    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');

    private static Map In(Map map, string name) => (Map)map[name];

    /// <summary>The descriptions of enums end with "Word: its meaning. Word: its meaning."</summary>
    [GeneratedRegex(@"(?<=\.) (?!Empty)(?=[A-Z]\w+: )")]
    private static partial Regex Words();

    [GeneratedRegex(@"^([A-Z]\w+):")]
    private static partial Regex Word();
}
