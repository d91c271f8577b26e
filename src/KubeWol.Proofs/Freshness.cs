namespace KubeWol.Proofs;

/// <summary>Whether a command came in time, by the clock of the node that heard it; nothing is judged by the clock of who judges.</summary>
/// <param name="TooOldBy">How long before it was heard the command had stopped to count; zero if it still counted.</param>
/// <param name="FromTheFutureBy">How much later than the allowed skew its sender's clock says it was made; zero if it was not.</param>
public readonly record struct Freshness(TimeSpan TooOldBy, TimeSpan FromTheFutureBy)
{
    /// <summary>Whether it counts.</summary>
    public bool IsFresh => TooOldBy == TimeSpan.Zero && FromTheFutureBy == TimeSpan.Zero;

    /// <summary>A command counts for maxAge from its time on; skew, the most the two clocks may differ, is allowed for on both sides.</summary>
    public static Freshness Of(DateTimeOffset issuedAt, DateTimeOffset heardAt, TimeSpan maxAge, TimeSpan skew)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxAge, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(skew, TimeSpan.Zero);
        var age = heardAt - issuedAt;
        return new Freshness(TooOldBy: Positive(age - maxAge - skew), FromTheFutureBy: Positive(-age - skew));
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
