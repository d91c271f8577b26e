using CsCheck;
using KubeWol.Api.Index;

namespace KubeWol.Api.Tests.Index;

/// <summary>Ranges of addresses as agents are told of them.</summary>
public sealed class MacRangeTests
{
    private static readonly Gen<MacRange> Any = Gen.Select(Gen.ULong[0, 300], Gen.ULong[0, 40], (first, length) => new MacRange(first, first + length));

    [Theory]
    [InlineData("", "")]
    [InlineData("20-2f 10-1f", "10-2f")]
    [InlineData("10-1e 20-2f", "10-1e 20-2f")]
    [InlineData("10-2f 18-1f", "10-2f")]
    [InlineData("0-ffffffffffff 5-6", "0-ffffffffffff")]
    public void Those_that_touch_become_one(string given, string expected) => Assert.Equal(Read(expected), MacRange.Merge(Read(given), 100));

    [Fact]
    public void Where_there_are_too_many_the_smallest_gaps_are_filled() =>
        Assert.Equal(Read("10-2a f0-f1 200-200"), MacRange.Merge(Read("10-18 1a-1b 2a-2a f0-f1 200-200"), 3));

    [Fact]
    public void Merged_they_are_in_order_apart_few_enough_and_miss_no_address() => Any.List[0, 20].Select(Gen.Int[1, 10]).Sample((ranges, most) =>
    {
        var merged = MacRange.Merge(ranges, most);
        Assert.InRange(merged.Count, 0, most);
        Assert.All(merged.Zip(merged.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
        for (var address = 0UL; address < 350; address++)
        {
            if (ranges.Exists(r => r.Contains(address))) Assert.Contains(merged, r => r.Contains(address));
        }
    });

    [Theory]
    [InlineData("525400ab0000-525400abffff")]
    [InlineData("000000000000-ffffffffffff")]
    public void The_text_is_read_again(string text) => Assert.Equal(text, $"{MacRange.Parse(text)}");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("525400ab0000")]
    [InlineData("525400ab0001-525400ab0000")]
    [InlineData("525400ab0000 525400abffff")]
    [InlineData("525400ab000g-525400abffff")]
    [InlineData("525400ab0000-525400abffff0")]
    public void What_is_no_range_is_none(string? text) => Assert.Null(MacRange.Parse(text));

    private static List<MacRange> Read(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('-')).Select(r => new MacRange(Convert.ToUInt64(r[0], 16), Convert.ToUInt64(r[1], 16)))];
}
