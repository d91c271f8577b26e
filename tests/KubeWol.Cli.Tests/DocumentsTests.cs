using System.Text.Json.Nodes;
using KubeWol.Cli.Output;
using YamlDotNet.Serialization;

namespace KubeWol.Cli.Tests;

public sealed class DocumentsTests
{
    public static TheoryData<string> Texts =>
    [
        "", "plain", "52:54:00:12:34:56", "1", "1.5", "0x10", "1e3", "true", "no", "Null", "~", "- a", "a: b", "#c", "@x", "'", "\"", "\\", "*a", "&a", "!t", "%", "{", "[", "two\nlines", "ends\n", "  leading\nx",
        "\ttab", "trailing ", "2026-11-22T12:00:00Z", "ünïcode", "✔", "a/b.c-d_e",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_is_text_stays_text_in_yaml(string text)
    {
        var yaml = Documents.Text(new JsonObject { ["key"] = text, ["list"] = new JsonArray(text) }, OutputFormat.Yaml);
        var read = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<Dictionary<string, object?>>(yaml);
        Assert.Equal(text, read["key"]);
        Assert.Equal([text], Assert.IsType<List<object?>>(read["list"]));
    }

    [Fact]
    public void Numbers_and_truths_stay_what_they_are() => Assert.Equal(
        "a: 1\nb: true\nc: null\nd: {}\ne: []", Documents.Text(JsonNode.Parse("""{"a":1,"b":true,"c":null,"d":{},"e":[]}""")!, OutputFormat.Yaml).ReplaceLineEndings("\n"));

    [Fact]
    public void Nobody_asks_for_managed_fields()
    {
        var document = JsonNode.Parse("""{"metadata":{"name":"x","managedFields":[{}]}}""")!;
        Assert.Equal("{\n    \"metadata\": {\n        \"name\": \"x\"\n    }\n}", Documents.Text(document, OutputFormat.Json));
        Assert.NotNull(document["metadata"]!["managedFields"]); // it is somebody else's
    }
}
