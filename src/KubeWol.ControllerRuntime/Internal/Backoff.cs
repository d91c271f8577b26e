namespace KubeWol.ControllerRuntime.Internal;

/// <summary>Exponential delays with jitter: the n-th is between half of and all of <c>shortest · 2ⁿ</c>, capped.</summary>
internal static class Backoff
{
    public static TimeSpan Delay(int failures, TimeSpan shortest, TimeSpan longest, Random random)
    {
        var full = Math.Min(longest.Ticks, shortest.Ticks * Math.Pow(2, Math.Clamp(failures, 0, 40)));
        return TimeSpan.FromTicks((long)(full * (0.5 + random.NextDouble() / 2)));
    }
}
