using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Tests.Templates;

public sealed class PlaceholdersTests
{
    private static readonly string[] s_ends = ["", "$(v)", "$$(v)", "$(w)"];

    private static readonly Dictionary<string, ParameterValue> Values = new()
    {
        ["name"] = new(ParameterType.String, "web"),
        ["size"] = new(ParameterType.Integer, "2"),
        ["boot"] = new(ParameterType.Boolean, "true"),
        ["memory"] = new(ParameterType.Quantity, "4Gi"),
        ["empty"] = new(ParameterType.String, ""),
    };

    [Theory]
    [InlineData("$(name)", "\"web\"")]
    [InlineData("$(size)", "2")]
    [InlineData("$(boot)", "true")]
    [InlineData("$(memory)", "\"4Gi\"")]
    [InlineData("$(empty)", "\"\"")]
    [InlineData("", "\"\"")]
    [InlineData(" $(size)", "\" 2\"")]
    [InlineData("$(size)$(size)", "\"22\"")]
    [InlineData("$(name)-$(size)-$(boot)", "\"web-2-true\"")]
    [InlineData("$$(name)", "\"$(name)\"")]
    [InlineData("$$(size)", "\"$(size)\"")]
    [InlineData("$$$(name)", "\"$$(name)\"")]
    [InlineData("a $$(date) b $(name)", "\"a $(date) b web\"")]
    [InlineData("$name ${name} $ $$ ) ( name", "\"$name ${name} $ $$ ) ( name\"")]
    public void A_string_becomes(string text, string expected) => Assert.Equal(expected, Filled(JsonSerializer.Serialize(text)));

    [Fact]
    public void What_is_no_string_stays_as_it_is() => Assert.Equal(
        """{"a":[1,1.50,true,false,null,{"b":"web"},[]],"c":{}}""", Filled("""{"a":[1,1.50,true,false,null,{"b":"$(name)"},[]],"c":{}}"""));

    [Fact]
    public void A_key_is_never_filled_in() => Assert.Equal("""{"$(name)":2,"$$(name)":"x"}""", Filled("""{"$(name)":"$(size)","$$(name)":"x"}"""));

    [Theory]
    [InlineData("$(other)", "other")]
    [InlineData("$()", "")]
    [InlineData("$(", "$(")]
    [InlineData("x$(name", "$(")]
    [InlineData("$(date +%s)", "date +%s")]
    [InlineData("$$(name)$(a)$(b)", "a|b")]
    [InlineData("$ (name) ${name} $$(", null)]
    public void These_names_stand_in(string text, string? names) => Assert.Equal(names?.Split('|') ?? [], Placeholders.Names(text));

    public static TheoryData<string> Hostile =>
    [
        "${other}", "$(other)", "$(name)", "$$(name)", "$(size", "a: b\n- c: &x *y !!str |\n  #", "{\"a\":1}", "\"", "'", "\\", "\\\"", "\r\n\t", "\0",
        "</script>", "$(__proto__)", "__proto__", "🖥️ ü \u202e \ufeff", "{{ .Values.x }}", "%s%n", new string('x', 1024), "]}", ",\"evil\":true",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Nothing_in_a_value_means_anything(string value)
    {
        var values = new Dictionary<string, ParameterValue> { ["v"] = new(ParameterType.String, value), ["other"] = new(ParameterType.String, "LEAK") };
        using var tree = JsonDocument.Parse("""{"alone":"$(v)","inside":"<$(v)>","twice":["$(v)$(v)"],"user":"#cloud-config\nhostname: $(v)"}""");
        // By way of text and back, as it goes to the API server.
        var filled = JsonNode.Parse(Placeholders.Fill(tree.RootElement, values)!.ToJsonString())!.AsObject();
        Assert.Equal(["alone", "inside", "twice", "user"], filled.Select(p => p.Key));
        Assert.Equal([value, $"<{value}>", value + value, $"#cloud-config\nhostname: {value}"],
            [(string)filled["alone"]!, (string)filled["inside"]!, (string)filled["twice"]![0]!, (string)filled["user"]!]);
    }

    [Fact]
    public void A_filled_tree_has_the_shape_of_the_template_and_its_keys()
    {
        var text = Gen.Select(Gen.String[Gen.Char["$)abc{}\"\\\n "], 0, 12], Gen.Int[0, 3].Select(i => s_ends[i])).Select((a, b) => a + b);
        var tree = Gen.Recursive<JsonNode?>((depth, gen) => depth > 3
            ? text.Select(JsonNode? (t) => JsonValue.Create(t))
            : Gen.OneOf(
                text.Select(JsonNode? (t) => JsonValue.Create(t)),
                Gen.Int.Select(JsonNode? (n) => JsonValue.Create(n)),
                Gen.Bool.Select(JsonNode? (b) => b ? JsonValue.Create(b) : null),
                gen.Array[0, 4].Select(JsonNode? (items) => new JsonArray([.. items])),
                Gen.Select(text, gen).Array[0, 4].Select(JsonNode? (pairs) => new JsonObject(pairs.DistinctBy(p => p.Item1).Select(p => KeyValuePair.Create(p.Item1, p.Item2))))));
        Gen.Select(tree, Gen.String).Sample((node, value) =>
        {
            var values = new Dictionary<string, ParameterValue> { ["v"] = new(ParameterType.String, value), ["w"] = new(ParameterType.Integer, "7") };
            using var document = JsonDocument.Parse(node?.ToJsonString() ?? "null");
            var filled = Placeholders.Fill(document.RootElement, values);
            return Shape(node) == Shape(filled);
        }, iter: 5_000);
    }

    /// <summary>A tree without its values, but with its keys.</summary>
    private static string Shape(JsonNode? node) => node switch
    {
        JsonObject o => $"{{{string.Join(',', o.Select(p => $"{JsonSerializer.Serialize(p.Key)}:{Shape(p.Value)}"))}}}",
        JsonArray a => $"[{string.Join(',', a.Select(Shape))}]",
        null => "null",
        _ => "leaf",
    };

    private static string Filled(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Placeholders.Fill(document.RootElement, Values)?.ToJsonString() ?? "null";
    }
}
