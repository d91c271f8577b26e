namespace KubeWol.Agent.Intake;

/// <summary>
/// A token bucket in one number: the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371). Every token taken moves it
/// later by the time that one token takes to come. A new one is full.
/// </summary>
internal struct TokenBucket
{
    private long _fullAt;

    /// <summary>Whether it has a token; takes none.</summary>
    public readonly bool HasToken(in BucketSize size, long now) => Math.Max(_fullAt, now) - now + size.TicksPerToken <= size.TicksToFill;

    /// <summary>Takes a token that is there.</summary>
    public void Take(in BucketSize size, long now) => _fullAt = Math.Max(_fullAt, now) + size.TicksPerToken;

    /// <summary>Of two of one size.</summary>
    public readonly bool IsFullerThan(in TokenBucket other) => _fullAt < other._fullAt;
}

/// <summary>How much a bucket holds and how fast it fills, in ticks of a clock.</summary>
internal readonly record struct BucketSize(long TicksPerToken, long TicksToFill)
{
    /// <summary>One that holds so many tokens and gets so many a second, for the timestamps of a clock.</summary>
    public static BucketSize Of(int burst, int perSecond, TimeProvider time)
    {
        var perToken = time.TimestampFrequency / perSecond;
        return new(perToken, perToken * burst);
    }
}
