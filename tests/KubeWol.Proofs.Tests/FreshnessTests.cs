namespace KubeWol.Proofs.Tests;

public sealed class FreshnessTests
{
    /// <summary>Counts for 60 seconds, clocks may be 30 apart; all in milliseconds.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(60_000, 0, 0)]
    [InlineData(90_000, 0, 0)]
    [InlineData(90_001, 1, 0)]
    [InlineData(3_690_000, 3_600_000, 0)]
    [InlineData(-30_000, 0, 0)]
    [InlineData(-30_001, 0, 1)]
    [InlineData(-86_430_000, 0, 86_400_000)]
    public void A_command_counts_from_its_time_for_its_age_with_the_skew_on_both_sides(long age, long tooOldBy, long fromTheFutureBy)
    {
        var freshness = Freshness.Of(Some.Noon, Some.Noon.AddMilliseconds(age), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30));
        Assert.Equal(new Freshness(TimeSpan.FromMilliseconds(tooOldBy), TimeSpan.FromMilliseconds(fromTheFutureBy)), freshness);
        Assert.Equal(tooOldBy == 0 && fromTheFutureBy == 0, freshness.IsFresh);
    }

    [Fact]
    public void Any_two_times_can_be_compared()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.False(Freshness.Of(DateTimeOffset.MaxValue, DateTimeOffset.MinValue, hour, hour).IsFresh);
        Assert.False(Freshness.Of(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, hour, hour).IsFresh);
    }

    [Fact]
    public void Times_are_moments_wherever_their_clocks_stand() =>
        Assert.True(Freshness.Of(Some.Noon, Some.Noon.ToOffset(TimeSpan.FromHours(9)), TimeSpan.Zero, TimeSpan.Zero).IsFresh);
}
