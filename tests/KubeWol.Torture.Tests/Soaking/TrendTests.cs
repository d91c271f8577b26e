using KubeWol.Torture.Soaking;

namespace KubeWol.Torture.Tests.Soaking;

public sealed class TrendTests
{
    private const int Points = 120;

    [Theory]
    [InlineData("flat", 0, 0.5)]
    [InlineData("a leak of 10 in all", 9, 11)]
    [InlineData("saw-teeth", -1, 1)]
    [InlineData("saw-teeth on a leak of 10", 8, 12)]
    [InlineData("one burst", -0.5, 0.5)]
    [InlineData("shrinking by 10", -11, -9)]
    public void Growth_is_what_stays_when_noise_is_taken_away(string what, double least, double most)
    {
        var growth = Trend.Of([.. Enumerable.Range(0, Points).Select(i => (TimeSpan.FromSeconds(5 * i), Value(what, i)))]).Growth;

        Assert.InRange(growth, least, most);
    }

    [Fact]
    public void One_point_has_no_trend() => Assert.Throws<ArgumentException>(() => Trend.Of([(TimeSpan.Zero, 1)]));

    [Fact]
    public void Memory_may_grow_by_a_tenth_and_handles_by_a_few()
    {
        Assert.Equal(6, Bounds.Of("RSS MiB", new(30, 0)));
        Assert.Equal(20, Bounds.Of("RSS MiB", new(200, 0)));
        Assert.Equal(5, Bounds.Of("handles", new(200, 0)));
    }

    private static double Value(string what, int i)
    {
        var share = i / (double)(Points - 1);
        return what switch
        {
            "a leak of 10 in all" => 100 + (10 * share),
            "saw-teeth" => 100 + (i % 7),
            "saw-teeth on a leak of 10" => 100 + (10 * share) + (i % 7),
            "one burst" => i is > 50 and < 60 ? 1_000 : 100,
            "shrinking by 10" => 100 - (10 * share),
            _ => 100,
        };
    }
}
