using System.Text.Json;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Api.Tests.Json;

/// <summary>Words that this version does not know.</summary>
public sealed class EnumTests
{
    [Theory]
    [InlineData("Succeeded", WakePhase.Succeeded)]
    [InlineData("Hibernated", WakePhase.Unknown)]
    [InlineData("succeeded", WakePhase.Unknown)]
    [InlineData("", WakePhase.Unknown)]
    [InlineData(" Succeeded", WakePhase.Unknown)]
    [InlineData("3", WakePhase.Unknown)] // a number is no name
    [InlineData("99", WakePhase.Unknown)]
    [InlineData("Pending, Running", WakePhase.Unknown)] // nor are two names one
    public void A_word_that_is_none_of_the_names_is_Unknown(string word, WakePhase phase) =>
        Assert.Equal(phase, JsonTests.Read<WakeRequest>($$$"""{"status":{"phase":"{{{word}}}"}}""").Status!.Phase);

    [Fact]
    public void A_request_of_a_newer_version_is_still_a_request()
    {
        var request = JsonTests.Read<WakeRequest>("""
            {"metadata": {"name": "newer"},
             "spec": {"action": "Teleport", "target": {"name": "web-01", "floor": 3}, "frame": {"transport": "Pigeon"}, "urgency": "high"},
             "status": {"action": "Teleport", "phase": "Blessed", "reason": "Whim", "operation": "Beam", "conditions": [{"type": "Completed", "status": "Perhaps", "reason": "", "message": "", "lastTransitionTime": "2026-11-22T12:00:00Z"}]}}
            """);

        Assert.Equal(
            (
                WakeAction.Unknown, FrameTransport.Unknown, WakeAction.Unknown, WakePhase.Unknown, WakeReason.Unknown, WakeOperation.Unknown,
                ConditionStatus.Unknown),
            (
                request.Spec.Action, request.Spec.Frame!.Transport, request.Status!.Action, request.Status.Phase, request.Status.Reason,
                request.Status.Operation, request.Status.Conditions![0].Status));
        Assert.False(request.IsFinished());
    }

    [Fact]
    public void No_word_at_all_is_null() => Assert.Null(JsonTests.Read<WakeRequest>("""{"status":{"phase":null}}""").Status!.Phase);

    [Theory]
    [InlineData("3")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"Running\"]")]
    public void What_is_no_word_is_an_object_that_does_not_fit(string value) =>
        Assert.Throws<JsonException>(() => JsonTests.Read<WakeRequest>($$$"""{"status":{"phase":{{{value}}}}}"""));

    [Fact]
    public void Every_name_comes_back_as_it_went() => Assert.All(Enum.GetValues<WakeReason>(), reason =>
        Assert.Equal(reason, JsonTests.Read<WakeRequest>(JsonTests.Write(new WakeRequest { Status = new() { Reason = reason } })).Status!.Reason));

    [Fact]
    public void Every_enum_of_the_API_begins_with_Unknown() => Assert.All(
        typeof(ApiGroup).Assembly.GetExportedTypes().Where(t => t.IsEnum),
        t => Assert.Equal("Unknown", Enum.GetName(t, 0)));
}
