using KubeWol.ControllerRuntime.Internal;

namespace KubeWol.ControllerRuntime.Tests.Internal;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 200)]
    [InlineData(5, 3200)]
    [InlineData(9, 30_000)]
    [InlineData(int.MaxValue, 30_000)]
    [InlineData(-1, 100)]
    public void A_delay_doubles_with_each_failure_up_to_the_longest_and_is_shortened_by_at_most_half(int failures, int full)
    {
        var delays = Enumerable.Range(0, 200).Select(seed => Backoff.Delay(failures, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), new Random(seed)).TotalMilliseconds).ToList();

        Assert.All(delays, delay => Assert.InRange(delay, full / 2.0, full));
        Assert.True(delays.Max() - delays.Min() > full * 0.4, "the jitter does not spread");
    }

    [Theory]
    [InlineData(-1000, 50)]
    [InlineData(0, 50)]
    [InlineData(49, 50)]
    [InlineData(51, 51)]
    public void Looking_again_is_never_a_busy_loop(int asked, int granted) =>
        Assert.Equal(TimeSpan.FromMilliseconds(granted), Requeue.After(TimeSpan.FromMilliseconds(asked)).Delay);

    [Fact]
    public void Never_looking_again_is_the_default() => Assert.Null(Requeue.Never.Delay);
}
