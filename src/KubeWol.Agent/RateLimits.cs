namespace KubeWol.Agent;

/// <summary>How many messages an agent takes: at once, and a second in the long run.</summary>
/// <param name="SenderBurst">Of one source address at once.</param>
/// <param name="SenderPerSecond">Of one source address, a second.</param>
/// <param name="Burst">Of all senders together at once.</param>
/// <param name="PerSecond">Of all senders together, a second.</param>
internal sealed record RateLimits(int SenderBurst, int SenderPerSecond, int Burst, int PerSecond)
{
    /// <summary>Room for a rack that is woken at once, and for nobody who goes on like that.</summary>
    public static RateLimits Default { get; } = new(5_000, 20, 10_000, 100);
}
