using System.Text;
using System.Text.Json;
using KubeWol.Api.KubeVirt;

namespace KubeWol.Api.Tests.Json;

/// <summary>A hundred thousand machines are kept in memory: what nobody reads is not, and what all have in common is there once.</summary>
public sealed class LeanMachineTests
{
    [Fact]
    public void Machines_share_the_texts_that_many_have()
    {
        var (one, other) = (Read("one", ""), Read("other", ""));

        Assert.Same(one.Metadata.Namespace, other.Metadata.Namespace);
        Assert.Same(one.Spec!.RunStrategy, other.Spec!.RunStrategy);
        Assert.Same(one.Status!.PrintableStatus, other.Status!.PrintableStatus);
    }

    [Theory]
    [InlineData("äöü €")]
    [InlineData("with \\\"quotes\\\"")]
    [InlineData("")]
    public void A_text_is_read_as_it_stands_however_often(string text)
    {
        var json = $$"""{"metadata": {"name": "a", "namespace": "{{text}}"} }""";
        var expected = JsonDocument.Parse(json).RootElement.GetProperty("metadata").GetProperty("namespace").GetString();

        for (var i = 0; i < 3; i++) Assert.Equal(expected, JsonSerializer.Deserialize(json, ApiJson.Default.VirtualMachine)!.Metadata.Namespace);
    }

    [Fact]
    public void Ten_thousand_different_texts_are_all_read_right()
    {
        for (var i = 0; i < 10_000; i++) Assert.Equal($"ns-{i}", JsonSerializer.Deserialize($$"""{"metadata": {"namespace": "ns-{{i}}"} }""", ApiJson.Default.VirtualMachine)!.Metadata.Namespace);
    }

    [Fact]
    public void Of_the_conditions_only_failures_are_kept()
    {
        Assert.Null(Read("one", """{"type": "Ready", "status": "False", "reason": "VMINotExists"}, {"type": "Failure", "status": "False"}""").Status!.Conditions);
        var failed = Assert.Single(Read("one", """{"type": "Ready", "status": "False"}, {"type": "Failure", "status": "True", "message": "quota"}""").Status!.Conditions!);
        Assert.Equal("quota", failed.Message);
    }

    private static VirtualMachine Read(string name, string conditions) => JsonSerializer.Deserialize(Encoding.UTF8.GetBytes($$"""
        {"metadata": {"name": "{{name}}", "namespace": "team-a"}, "spec": {"runStrategy": "RerunOnFailure"},
         "status": {"printableStatus": "Stopped", "conditions": [{{conditions}}]} }
        """), ApiJson.Default.VirtualMachine)!;
}
