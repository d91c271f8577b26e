using KubeWol.Api.Index;

namespace KubeWol.Operator.Index;

/// <summary>
/// Says when a shard may be written. Every write goes to all agents: a first change goes out at once, a stream of them is bounded for each shard and
/// for all, and even then each shard has its turn before the time for which agents hold messages is over.
/// </summary>
internal sealed class PublishPace(TimeProvider time)
{
    /// <summary>The least time between two writes of a shard.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <summary>Writes of all shards that may come at once: each shard's twice.</summary>
    public const int Burst = 2 * AddressShards.Count;

    /// <summary>The time between two writes in the long run: all shards have their turn within eight seconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly long[] _notBefore = new long[AddressShards.Count];
    private readonly long?[] _turns = new long?[AddressShards.Count];
    private readonly Lock _gate = new();
    private long _fullAt;

    /// <summary>How long a shard that was just written rests.</summary>
    public TimeSpan Resting(int shard)
    {
        lock (_gate) return Until(_notBefore[shard]);
    }

    /// <summary>Takes a turn for a shard and says how long to wait for it; zero: write now. Turns come in the order they are taken.</summary>
    public TimeSpan Turn(int shard)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_turns[shard] is not { } turn)
            {
                // As a token bucket in one number, see the agent's: the time at which it is full again.
                _fullAt = Math.Max(_fullAt, now) + Ticks(Interval);
                turn = Math.Max(now, _fullAt - (Ticks(Interval) * Burst));
            }

            _turns[shard] = turn;
            if (Until(turn) is { Ticks: > 0 } wait) return wait;
            _turns[shard] = null;
            _notBefore[shard] = now + Ticks(Rest);
            return TimeSpan.Zero;
        }
    }

    private TimeSpan Until(long timestamp) => time.GetTimestamp() is var now && now < timestamp ? time.GetElapsedTime(now, timestamp) : TimeSpan.Zero;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
