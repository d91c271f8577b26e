using System.Text.Json;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Api.Tests.Json;

/// <summary>Two sorts of times: to the second, and to the microsecond. The API server refuses a MicroTime with any other number of decimals.</summary>
public sealed class TimeTests
{
    [Theory]
    [InlineData("2026-11-22T12:00:00.1234567+00:00", "2026-11-22T12:00:00.123456Z")]
    [InlineData("2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00.000000Z")]
    [InlineData("2026-11-22T13:00:00.5+01:00", "2026-11-22T12:00:00.500000Z")]
    public void A_stage_is_written_to_the_microsecond_in_UTC(string time, string written) =>
        Assert.Equal($$$"""{"acceptedAt":"{{{written}}}"}""", Status(new() { AcceptedAt = Time(time) }));

    [Theory]
    [InlineData("2026-11-22T12:00:00.9999999+00:00", "2026-11-22T12:00:00Z")]
    [InlineData("2026-11-22T01:30:00+02:00", "2026-11-21T23:30:00Z")]
    public void A_transition_is_written_to_the_second_in_UTC(string time, string written) =>
        Assert.Contains(
            $"\"lastTransitionTime\":\"{written}\"", Status(new() { Conditions = [new() { LastTransitionTime = Time(time) }] }),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-11-22T12:00:00Z", "2026-11-22T12:00:00+00:00")]
    [InlineData("2026-11-22T12:00:00.123456Z", "2026-11-22T12:00:00.123456+00:00")]
    [InlineData("2026-11-22T12:00:00.123456789Z", "2026-11-22T12:00:00.1234567+00:00")]
    [InlineData("2026-11-22T14:00:00+02:00", "2026-11-22T12:00:00+00:00")]
    public void Any_RFC_3339_time_is_read(string text, string time) =>
        Assert.Equal(Time(time), JsonTests.Read<WakeRequest>($$$"""{"status":{"acceptedAt":"{{{text}}}"}}""").Status!.AcceptedAt);

    [Fact]
    public void No_time_is_null() => Assert.Null(JsonTests.Read<WakeRequest>("""{"status":{"acceptedAt":null}}""").Status!.AcceptedAt);

    [Theory]
    [InlineData("\"noon\"")]
    [InlineData("12")]
    public void What_is_no_time_is_an_object_that_does_not_fit(string value) =>
        Assert.Throws<JsonException>(() => JsonTests.Read<WakeRequest>($$$"""{"status":{"acceptedAt":{{{value}}}}}"""));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Status(WakeRequestStatus status) =>
        JsonElement.Parse(JsonTests.Write(new WakeRequest { Status = status })).GetProperty("status").GetRawText();
}
