using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Targets;

/// <summary>The preference of a machine that is off.</summary>
public sealed class PlacementTests
{
    private static readonly Dictionary<string, string> Fast = new() { ["zone"] = "1", ["disk"] = "fast" };

    [Fact]
    public void It_is_the_strongest_preference_and_marked_as_ours_and_it_is_for_this_machine_alone() => Assert.Equal(
        """
        {"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine","metadata":{"name":"web-01","namespace":"team-a","uid":"uid-of-team-a-web-01"},
        "spec":{"template":{"spec":{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"preference":{"matchExpressions":[
        {"key":"disk","operator":"In","values":["fast"]},{"key":"zone","operator":"In","values":["1"]},{"key":"kubewol.io/placement","operator":"DoesNotExist"}]}}]}}}}}}
        """.ReplaceLineEndings(""),
        Placement.Document(Some.Vm(), Fast).ToJsonString());

    [Fact]
    public void Nothing_is_wanted_of_a_machine_that_may_start_anywhere() => Assert.Equal(
        """{"apiVersion":"kubevirt.io/v1","kind":"VirtualMachine","metadata":{"name":"web-01","namespace":"team-a","uid":"uid-of-team-a-web-01"}}""",
        Placement.Document(Some.Vm(), new Dictionary<string, string>()).ToJsonString());

    [Fact]
    public void It_is_recognised_again_whatever_stands_beside_it()
    {
        var document = Placement.Document(Some.Vm(), Fast);
        var preferences = document["spec"]!["template"]!["spec"]!["affinity"]!["nodeAffinity"]!["preferredDuringSchedulingIgnoredDuringExecution"]!.AsArray();
        preferences.Insert(0, JsonNode.Parse("""{"weight":1,"preference":{"matchExpressions":[{"key":"theirs","operator":"Exists"}]}}"""));
        preferences.Insert(0, JsonNode.Parse("""{"weight":1,"preference":{"matchFields":[{"key":"metadata.name","operator":"In","values":["a"]}]}}"""));

        Assert.Equal("disk=fast,zone=1", Placement.Of(document.Deserialize(ApiJson.Default.VirtualMachine)!));
        Assert.Equal("disk=fast,zone=1", Placement.Text(Fast));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"template":{"spec":{}}}""")]
    [InlineData("""{"template":{"spec":{"affinity":{}}}}""")]
    [InlineData("""{"template":{"spec":{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["a"]}]}}]}}}}}""")]
    public void What_others_prefer_is_none_of_ours(string spec) => Assert.Null(
        Placement.Of(JsonSerializer.Deserialize($$"""{"metadata":{"name":"web-01"},"spec":{{spec}}}""", ApiJson.Default.VirtualMachine)!));
}
