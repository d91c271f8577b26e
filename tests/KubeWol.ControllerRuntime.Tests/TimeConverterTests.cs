using System.Text.Json;
using KubeWol.ControllerRuntime.Leadership;
using KubeWol.ControllerRuntime.Tests.Fakes;

namespace KubeWol.ControllerRuntime.Tests;

/// <summary>The server takes times in two forms, each to its last digit.</summary>
public sealed class TimeConverterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 13, 0, 0, 123, 456, TimeSpan.FromHours(1));

    [Fact]
    public void A_time_is_written_in_utc_and_to_the_second()
    {
        var widget = new Widget { Metadata = new() { Name = "a", CreationTimestamp = Noon } };

        Assert.Contains("\"creationTimestamp\":\"2026-11-22T12:00:00Z\"", widget.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_precise_time_is_written_in_utc_and_with_six_decimals()
    {
        var lease = new Lease { Spec = new() { RenewTime = Noon, AcquireTime = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) } };

        var json = JsonSerializer.Serialize(lease, LeaseJson.Default.Lease);

        Assert.Contains("\"renewTime\":\"2026-11-22T12:00:00.123456Z\"", json, StringComparison.Ordinal);
        Assert.Contains("\"acquireTime\":\"2026-01-02T03:04:05.000000Z\"", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"2026-11-22T12:00:00Z\"", 0)]
    [InlineData("\"2026-11-22T13:00:00+01:00\"", 0)]
    [InlineData("\"2026-11-22T12:00:00.123456Z\"", 123456)]
    [InlineData("null", null)]
    public void Any_form_is_read(string json, int? microseconds)
    {
        var lease = JsonSerializer.Deserialize($"{{\"spec\":{{\"renewTime\":{json}}}}}", LeaseJson.Default.Lease)!;

        Assert.Equal(microseconds is { } some ? new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(some) : null, lease.Spec.RenewTime);
    }
}
