using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;
using KubeWol.Api.V1Alpha1;
using KubeWol.CrdGen;

namespace KubeWol.Api.Tests.Crds;

/// <summary>What the generator insists on, and what it makes of the API.</summary>
public sealed class SchemaBuilderTests
{
    private static readonly Dictionary<string, object> Request = Build<WakeRequest>();
    private static readonly Dictionary<string, object> Template = Build<WakeTemplate>();
    private static readonly Dictionary<string, object> Policy = Build<WakePolicy>();

    [Fact]
    public void A_string_without_a_bound_is_refused() => Assert.Equal(
        "KubeWol.Api.Tests.Crds.SchemaBuilderTests+Endless.Text: every string in the API is bounded, give it [StringLength]",
        Assert.Throws<InvalidOperationException>(Build<Endless>).Message);

    [Fact]
    public void A_list_without_a_bound_is_refused() => Assert.Equal(
        "KubeWol.Api.Tests.Crds.SchemaBuilderTests+Countless.Items: every list and map in the API is bounded, give it [MaxItems]",
        Assert.Throws<InvalidOperationException>(Build<Countless>).Message);

    [Fact]
    public void A_list_of_unbounded_strings_is_refused() =>
        Assert.Contains(
            "Texts: every string in the API is bounded", Assert.Throws<InvalidOperationException>(Build<EndlessItems>).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_type_that_JSON_schemas_do_not_know_is_refused() =>
        Assert.Contains(
            "Odd.Price: there is no schema for Decimal", Assert.Throws<InvalidOperationException>(Build<Odd>).Message, StringComparison.Ordinal);

    [Fact]
    public void A_field_without_a_sentence_is_refused() =>
        Assert.Contains(
            "Silent.Number has no documentation; kubectl explain would be silent about it",
            Assert.Throws<InvalidOperationException>(Build<Silent>).Message, StringComparison.Ordinal);

    [Fact]
    public void A_type_without_a_sentence_is_refused() =>
        Assert.Contains("Nameless has no documentation", Assert.Throws<InvalidOperationException>(Build<Nameless>).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_field_of_the_API_has_a_sentence() =>
        Assert.All(Everything.Where(f => f.Path is not ".metadata"), f => Assert.Matches("[.]$", (string)f.Schema["description"]));

    [Fact]
    public void Every_string_and_every_list_of_the_API_is_bounded() =>
        Assert.All(Everything.Where(f => f.Path is not (".apiVersion" or ".kind")), f => Assert.True(
        (string)f.Schema["type"] switch
        {
            "string" => f.Schema.ContainsKey("maxLength") || f.Schema.ContainsKey("enum") || f.Schema.ContainsKey("format") || IsOpenEnum(f.Path),
            "array" => f.Schema.ContainsKey("maxItems"),
            _ => true,
        },
        f.Path));

    [Fact]
    public void A_writer_of_the_spec_uses_known_words_and_a_newer_operator_reports_any()
    {
        Assert.Equal(["Wake", "Sleep", "Move", "Instantiate", "Destroy"], Assert.IsType<List<string>>(Field(".spec.action")["enum"]));
        Assert.Equal(["Ethernet", "UDPv4", "UDPv6"], Assert.IsType<List<string>>(Field(".spec.frame.transport")["enum"]));
        Assert.DoesNotContain(Fields(Request, ""), f => f.Path.StartsWith(".status", StringComparison.Ordinal) && f.Schema.ContainsKey("enum"));
    }

    [Fact]
    public void Every_word_of_an_enum_is_explained() => Assert.All(Enum.GetNames<WakeReason>().Where(n => n != "Unknown"), n =>
        Assert.Contains($" {n}: ", (string)Field(".status.reason")["description"], StringComparison.Ordinal));

    [Fact]
    public void Only_what_cannot_be_done_without_is_required()
    {
        var required = Fields(Request, "").Append((Path: "", Schema: Request)).Where(f => f.Schema.ContainsKey("required"))
            .Select(f => $"{f.Path}: {string.Join(' ', (List<string>)f.Schema["required"])}").Order(StringComparer.Ordinal);

        Assert.Equal(
            [".spec.frame: node interface transport capturedAt", ".spec: target", ".status.conditions[]: type status reason message lastTransitionTime", ": spec"],
            required);
    }

    [Fact]
    public void Every_rule_has_a_sentence_for_people() => Assert.All(Rules(), rule => Assert.InRange(((string)rule["message"]).Length, 20, 200));

    [Fact]
    public void No_rule_of_the_API_is_lost()
    {
        var declared = typeof(ApiGroup).Assembly.GetExportedTypes().SelectMany(t => t.GetProperties().Cast<System.Reflection.MemberInfo>().Append(t))
            .SelectMany(m => m.GetCustomAttributes(typeof(RuleAttribute), inherit: false).Cast<RuleAttribute>()).Select(r => r.Message);

        Assert.Equal(declared.Distinct().Order(), Rules().Select(r => (string)r["message"]).Distinct().Order());
    }

    private static IEnumerable<Dictionary<string, object>> Rules() =>
        Everything.Append((Path: "", Schema: Template)).Append((Path: "", Schema: Policy)).Where(f => f.Schema.ContainsKey("x-kubernetes-validations"))
            .SelectMany(f => (List<Dictionary<string, object>>)f.Schema["x-kubernetes-validations"]);

    private static IEnumerable<(string Path, Dictionary<string, object> Schema)> Everything => Fields(Request, "").Concat(Fields(Template, "")).Concat(Fields(Policy, ""));

    private static Dictionary<string, object> Build<T>() => new SchemaBuilder(new XmlDocs(typeof(T).Assembly)).Resource(typeof(T));

    private static Dictionary<string, object> Field(string path) => Fields(Request, "").Single(f => f.Path == path).Schema;

    /// <summary>The words of the status: open for newer operators, and short by nature.</summary>
    private static bool IsOpenEnum(string path) =>
        path is ".status.action" or ".status.phase" or ".status.reason" or ".status.operation" or ".status.conditions[].status";

    private static IEnumerable<(string Path, Dictionary<string, object> Schema)> Fields(Dictionary<string, object> schema, string path)
    {
        foreach (var (name, field) in schema.TryGetValue("properties", out var properties) ? (Dictionary<string, object>)properties : [])
        {
            var inner = (Dictionary<string, object>)field;
            yield return ($"{path}.{name}", inner);
            foreach (var deeper in Fields(inner, $"{path}.{name}")) yield return deeper;
            if (!inner.TryGetValue("items", out var items)) continue;
            var item = (Dictionary<string, object>)items;
            if (item.ContainsKey("properties")) yield return ($"{path}.{name}[]", item);
            foreach (var deeper in Fields(item, $"{path}.{name}[]")) yield return deeper;
        }
    }

    /// <summary>Has a string.</summary>
    private sealed record Endless
    {
        /// <summary>A text of any length.</summary>
        public string? Text { get; init; }
    }

    /// <summary>Has a list.</summary>
    private sealed record Countless
    {
        /// <summary>Any number of numbers.</summary>
        public IReadOnlyList<int>? Items { get; init; }
    }

    /// <summary>Has a list of strings.</summary>
    private sealed record EndlessItems
    {
        /// <summary>Three texts of any length.</summary>
        [MaxItems(3)]
        public IReadOnlyList<string>? Texts { get; init; }
    }

    /// <summary>Has a field that is not of this world.</summary>
    private sealed record Odd
    {
        /// <summary>What it costs.</summary>
        public decimal Price { get; init; }
    }

    /// <summary>Has a field without a sentence.</summary>
    private sealed record Silent
    {
        public int Number { get; init; }
    }

    private sealed record Nameless
    {
        /// <summary>A number.</summary>
        [Range(0, 1)]
        public int Number { get; init; }
    }
}
