using KubeWol.Operator.Page;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Page;

/// <summary>How long each part of a request's way took.</summary>
public sealed class JourneyTests
{
    /// <summary>Milliseconds after noon at which the frame was heard, the request accepted, KubeVirt's answer there, and the end; -1 for never.</summary>
    [Theory]
    [InlineData(0, 189, 294, 792, 189, 105, 498)]
    [InlineData(-1, 10, 40, 500, -1, 30, 460)] // a person's request
    [InlineData(0, 13, -1, 14, 13, 1, -1)] // nothing was to be done
    [InlineData(0, 13, 40, -1, 13, 27, -1)] // the machine is on its way
    [InlineData(0, 13, -1, -1, 13, -1, -1)]
    [InlineData(0, -1, -1, -1, -1, -1, -1)]
    [InlineData(50, 20, 40, 90, 0, 20, 50)] // the node's clock is ahead
    public void Each_part_is_the_time_between_two_stages(int heard, int accepted, int issued, int completed, int reporting, int deciding, int doing)
    {
        var request = Some.Request() with { Status = new() { AcceptedAt = At(accepted), IssuedAt = At(issued), CompletedAt = At(completed) } };
        if (heard >= 0) request = request with { Spec = request.Spec with { Frame = new() { CapturedAt = At(heard) } } };

        var journey = Journey.Of(request);

        Assert.Equal((Time(reporting), Time(deciding), Time(doing)), (journey.Reporting, journey.Deciding, journey.Doing));
        Assert.Equal(new[] { reporting, deciding, doing }.Where(t => t > 0).Sum(), journey.Total.TotalMilliseconds);
        Assert.Equal(reporting >= 0 || deciding >= 0, journey.HasBegun);
    }

    [Fact]
    public void A_request_that_nobody_has_looked_at_has_no_journey() => Assert.False(Journey.Of(Some.Request()).HasBegun);

    private static DateTimeOffset? At(int milliseconds) => Time(milliseconds) is { } time ? Some.Noon + time : null;

    private static TimeSpan? Time(int milliseconds) => milliseconds < 0 ? null : TimeSpan.FromMilliseconds(milliseconds);
}
