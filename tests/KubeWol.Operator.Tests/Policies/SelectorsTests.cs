using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;

namespace KubeWol.Operator.Tests.Policies;

/// <summary>Label selectors, against what the API server itself does with them (apimachinery, pkg/labels).</summary>
public sealed class SelectorsTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["role"] = "web", ["tier"] = "prod", ["empty"] = "" };

    [Theory]
    [InlineData("role", LabelOperator.In, "web,db", true)]
    [InlineData("role", LabelOperator.In, "db", false)]
    [InlineData("none", LabelOperator.In, "db", false)]
    [InlineData("role", LabelOperator.NotIn, "db", true)]
    [InlineData("role", LabelOperator.NotIn, "web,db", false)]
    [InlineData("none", LabelOperator.NotIn, "db", true)]
    [InlineData("role", LabelOperator.Exists, "", true)]
    [InlineData("empty", LabelOperator.Exists, "", true)]
    [InlineData("none", LabelOperator.Exists, "", false)]
    [InlineData("role", LabelOperator.DoesNotExist, "", false)]
    [InlineData("none", LabelOperator.DoesNotExist, "", true)]
    [InlineData("none", LabelOperator.Unknown, "", true)] // the policy allows nothing then, and keeps the default away
    public void An_expression_matches(string key, LabelOperator comparison, string values, bool matches) =>
        Assert.Equal(matches, new LabelSelector { MatchExpressions = [new() { Key = key, Operator = comparison, Values = values.Split(',') }] }.Matches(Labels));

    [Theory]
    [InlineData("role=web", true)]
    [InlineData("role=web,tier=prod", true)]
    [InlineData("role=web,tier=test", false)]
    [InlineData("none=", false)]
    [InlineData("empty=", true)]
    public void Labels_match(string labels, bool matches) =>
        Assert.Equal(matches, new LabelSelector { MatchLabels = labels.Split(',').Select(l => l.Split('=')).ToDictionary(l => l[0], l => l[1]) }.Matches(Labels));

    [Fact]
    public void All_parts_must_match() => Assert.False(
        new LabelSelector { MatchLabels = new Dictionary<string, string> { ["role"] = "web" }, MatchExpressions = [new() { Key = "tier", Operator = LabelOperator.DoesNotExist }] }.Matches(Labels));

    [Fact]
    public void No_selector_and_an_empty_one_match_everything()
    {
        Assert.True(((LabelSelector?)null).Matches(null));
        Assert.True(new LabelSelector().Matches(null));
        Assert.False(new LabelSelector { MatchLabels = new Dictionary<string, string> { ["a"] = "b" } }.Matches(null));
    }
}
