using KubeWol.Api.Index;
using KubeWol.Operator.Index;
using Microsoft.Extensions.Time.Testing;

namespace KubeWol.Operator.Tests.Index;

/// <summary>How often what agents are told may change.</summary>
public sealed class PublishPaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PublishPace _pace;

    public PublishPaceTests() => _pace = new(_time);

    [Fact]
    public void A_first_change_goes_out_at_once_and_the_next_after_a_rest()
    {
        Assert.Equal(TimeSpan.Zero, _pace.Resting(3));
        Assert.Equal(TimeSpan.Zero, _pace.Turn(3));
        Assert.Equal(PublishPace.Rest, _pace.Resting(3));
        Assert.Equal(TimeSpan.Zero, _pace.Resting(4));
        _time.Advance(PublishPace.Rest);
        Assert.Equal(TimeSpan.Zero, _pace.Resting(3));
        Assert.Equal(TimeSpan.Zero, _pace.Turn(3));
    }

    [Fact]
    public void Under_churn_of_everything_writes_are_bounded_and_no_shard_waits_longer_than_agents_hold_a_message()
    {
        var last = new TimeSpan[AddressShards.Count];
        var (writes, longest) = (0, TimeSpan.Zero);
        for (var now = TimeSpan.Zero; now < TimeSpan.FromMinutes(5); now += TimeSpan.FromMilliseconds(50), _time.Advance(TimeSpan.FromMilliseconds(50)))
        {
            for (var shard = 0; shard < AddressShards.Count; shard++)
            {
                if (_pace.Resting(shard) > TimeSpan.Zero || _pace.Turn(shard) > TimeSpan.Zero) continue;
                if (now - last[shard] > longest) longest = now - last[shard];
                last[shard] = now;
                writes++;
            }
        }

        Assert.InRange(writes, 600, 600 + PublishPace.Burst + 1);
        Assert.InRange(longest, PublishPace.Rest, TimeSpan.FromSeconds(8.5)); // agents hold messages for ten
    }

    [Fact]
    public void Whoever_waits_for_a_turn_takes_no_second_one()
    {
        for (var i = 0; i < PublishPace.Burst; i++)
        {
            Assert.Equal(TimeSpan.Zero, _pace.Turn(i % AddressShards.Count));
        }

        for (var i = 0; i < 1_000; i++) Assert.Equal(PublishPace.Interval, _pace.Turn(0));
        Assert.Equal(2 * PublishPace.Interval, _pace.Turn(1));
        _time.Advance(PublishPace.Interval);
        Assert.Equal(TimeSpan.Zero, _pace.Turn(0));
        Assert.Equal(PublishPace.Interval, _pace.Turn(1));
    }
}
