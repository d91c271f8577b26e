namespace KubeWol.Torture.Soaking;

/// <summary>By how much a figure may grow over the time that is looked at, whatever its length: what is more is a leak, or is about to be one.</summary>
internal static class Bounds
{
    /// <summary>Of MiB of memory, as a share of what there was: heaps are still being laid out for minutes after a start.</summary>
    private const double MemoryShare = 0.10;

    /// <summary>Of MiB of memory, at the least.</summary>
    private const double Memory = 6;

    /// <summary>Of handles, threads and things that wait: a thread pool and a connection pool breathe.</summary>
    private const double Count = 5;

    /// <summary>The most that a figure with this trend may grow by.</summary>
    public static double Of(string figure, Trend trend) => figure == ProgramProbe.ResidentMebibytes ? Math.Max(Memory, MemoryShare * trend.Median) : Count;
}
