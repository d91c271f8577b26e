namespace KubeWol.Agent.Intake;

/// <summary>
/// A token bucket in one number: the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371). Every token taken moves it
/// later by the time that one token takes to come.
/// </summary>
internal struct TokenBucket
{
    private long _fullAt;

    /// <summary>A full one.</summary>
    public static TokenBucket Full(in BucketSize size, long now)
    {
        _ = size;
        return new() { _fullAt = now };
    }

    /// <summary>Whether it has a token; takes none.</summary>
    public readonly bool HasToken(in BucketSize size, long now) => Math.Max(_fullAt, now) - now + size.TicksPerToken <= size.TicksToFill;

    /// <summary>Takes a token that is there.</summary>
    public void Take(in BucketSize size, long now) => _fullAt = Math.Max(_fullAt, now) + size.TicksPerToken;

    /// <summary>Of two of one size.</summary>
    public readonly bool IsFullerThan(in TokenBucket other) => _fullAt < other._fullAt;
}
