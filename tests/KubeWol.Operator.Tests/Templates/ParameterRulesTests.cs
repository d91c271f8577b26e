using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Tests.Templates;

public sealed class ParameterRulesTests
{
    private static readonly TemplateParameter Size = new() { Name = "size", Type = ParameterType.Integer, Default = "1", Minimum = "1", Maximum = "8" };
    private static readonly TemplateParameter Boot = new() { Name = "boot", Type = ParameterType.Boolean, Default = "false" };
    private static readonly TemplateParameter Memory = new() { Name = "memory", Type = ParameterType.Quantity, Default = "1Gi", Minimum = "500M", Maximum = "4Gi" };
    private static readonly TemplateParameter Host = new() { Name = "host", Default = "web", Pattern = "[a-z]+", MaxLength = 5 };
    private static readonly TemplateParameter Zone = new() { Name = "zone", Default = "a", Allowed = ["a", "b"] };
    private static readonly TemplateParameter Note = new() { Name = "note" };

    [Theory]
    [InlineData("size", "2", "2")]
    [InlineData("size", "007", "7")]
    [InlineData("size", "+3", "3")]
    [InlineData("boot", "true", "true")]
    [InlineData("memory", "2Gi", "2Gi")]
    [InlineData("memory", "1.5G", "1.5G")]
    [InlineData("host", "abc", "abc")]
    [InlineData("zone", "b", "b")]
    [InlineData("note", "", "")]
    [InlineData("note", "any: {thing}\n", "any: {thing}\n")]
    public void This_is_taken(string name, string given, string text)
    {
        var (values, problem) = Read((name, given));
        Assert.Null(problem);
        Assert.Equal(text, values[name].Text);
    }

    [Theory]
    [InlineData("size", "two", "parameter size is not a whole number: \"two\"")]
    [InlineData("size", "", "parameter size is not a whole number: \"\"")]
    [InlineData("size", "1.0", "parameter size is not a whole number: \"1.0\"")]
    [InlineData("size", " 1", "parameter size is not a whole number: \" 1\"")]
    [InlineData("size", "9223372036854775808", "parameter size is not a whole number: \"9223372036854775808\"")]
    [InlineData("size", "0", "parameter size is less than 1: \"0\"")]
    [InlineData("size", "9", "parameter size is more than 8: \"9\"")]
    [InlineData("boot", "True", "parameter boot is not true or false: \"True\"")]
    [InlineData("boot", "1", "parameter boot is not true or false: \"1\"")]
    [InlineData("memory", "lots", "parameter memory is not an amount such as 500m or 4Gi: \"lots\"")]
    [InlineData("memory", "4097Mi", "parameter memory is more than 4Gi: \"4097Mi\"")]
    [InlineData("memory", "499M", "parameter memory is less than 500M: \"499M\"")]
    [InlineData("host", "abcdef", "parameter host is longer than 5 characters: \"abcdef\"")]
    [InlineData("host", "ab1", "parameter host does not match [a-z]+: \"ab1\"")]
    [InlineData("host", "ab\n", "parameter host does not match [a-z]+: \"ab\n\"")]
    [InlineData("zone", "c", "parameter zone must be one of \"a\", \"b\", not \"c\"")]
    [InlineData("colour", "red", "it has no parameter \"colour\"; it has size, boot, memory, host, zone, note")]
    public void This_is_refused(string name, string given, string words) => Assert.Equal(words, Read((name, given)).Problem);

    [Fact]
    public void What_is_not_given_has_its_default_and_text_without_one_is_empty()
    {
        var (values, problem) = Read();
        Assert.Null(problem);
        Assert.Equal(["size=1", "boot=false", "memory=1Gi", "host=web", "zone=a", "note="], values.Select(v => $"{v.Key}={v.Value.Text}"));
    }

    [Fact]
    public void A_required_parameter_must_be_given() => Assert.Equal(
        "parameter owner is required; set spec.instantiate.parameters.owner",
        ParameterRules.Read([new() { Name = "owner", Required = true }], new Dictionary<string, string>()).Problem);

    [Fact]
    public void A_value_of_1024_characters_is_taken_and_one_more_is_not()
    {
        Assert.Null(Read(("note", new string('x', 1024))).Problem);
        Assert.Equal("parameter note is longer than 1024 characters", Read(("note", new string('x', 1025))).Problem);
    }

    [Fact]
    public void The_message_quotes_no_more_than_a_part_of_a_long_value()
    {
        var words = Read(("size", new string('9', 1000))).Problem;
        Assert.Equal($"parameter size is not a whole number: \"{new string('9', 64)}…\"", words);
    }

    [Fact]
    public void A_pattern_that_would_backtrack_forever_does_not()
    {
        var evil = new TemplateParameter { Name = "evil", Pattern = "(a+)+b" };
        Assert.NotNull(ParameterRules.Read([evil], new Dictionary<string, string> { ["evil"] = new('a', 1024) }).Problem);
    }

    public static TheoryData<TemplateParameter, string> Mistakes => new()
    {
        { new() { Name = "p", Type = ParameterType.Unknown }, "this version of KubeWol does not know the type of parameter p" },
        { new() { Name = "p", Pattern = "(" }, "the pattern of parameter p is not a regular expression, or uses lookaround or back-references: (" },
        { new() { Name = "p", Pattern = @"(a)\1" }, @"the pattern of parameter p is not a regular expression, or uses lookaround or back-references: (a)\1" },
        { new() { Name = "p", Type = ParameterType.Integer, Default = "1", Minimum = "low" }, "the minimum of parameter p is not a whole number: low" },
        { new() { Name = "p", Type = ParameterType.Quantity, Default = "1", Maximum = "much" }, "the maximum of parameter p is not an amount such as 500m or 4Gi: much" },
        { new() { Name = "p", Type = ParameterType.Integer, Default = "one" }, "the default of parameter p is not a whole number: \"one\"" },
        { new() { Name = "p", Type = ParameterType.Integer, Default = "3", Maximum = "2" }, "the default of parameter p is more than 2: \"3\"" },
        { new() { Name = "p", Default = "c", Allowed = ["a", "b"] }, "the default of parameter p must be one of \"a\", \"b\", not \"c\"" },
        { new() { Name = "p", Type = ParameterType.Boolean }, "parameter p has no default and is not required" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_declaration_that_contradicts_itself_is_told(TemplateParameter parameter, string words) => Assert.Equal(words, ParameterRules.Mistake(parameter));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1.5", 1.5)]
    [InlineData(".5", 0.5)]
    [InlineData("-2", -2)]
    [InlineData("500m", 0.5)]
    [InlineData("5u", 0.000005)]
    [InlineData("5n", 0.000000005)]
    [InlineData("2k", 2000)]
    [InlineData("2Ki", 2048)]
    [InlineData("1M", 1_000_000)]
    [InlineData("4Gi", 4_294_967_296)]
    [InlineData("1E", 1e18)]
    [InlineData("1E3", 1000)]
    [InlineData("1e-3", 0.001)]
    public void A_quantity_is(string text, double value) => Assert.Equal((decimal)value, Quantity.Parse(text));

    [Fact]
    public void A_quantity_of_one_Ei_is_exact() => Assert.Equal(1_152_921_504_606_846_976m, Quantity.Parse("1Ei"));

    [Theory]
    [InlineData("")]
    [InlineData("Gi")]
    [InlineData("4GB")]
    [InlineData("4 Gi")]
    [InlineData("4gi")]
    [InlineData("1e")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("4Gi\n")]
    [InlineData("999999999999999999Ei")]
    [InlineData("1e99")]
    public void This_is_no_quantity(string text) => Assert.Null(Quantity.Parse(text));

    private static (IReadOnlyDictionary<string, ParameterValue> Values, string? Problem) Read(params (string Name, string Text)[] given) =>
        ParameterRules.Read([Size, Boot, Memory, Host, Zone, Note], given.ToDictionary(g => g.Name, g => g.Text));
}
