namespace KubeWol.Bench.Figures;

internal static class Percentile
{
    /// <summary>The smallest value that so many percent of all do not exceed.</summary>
    public static double Of(IEnumerable<double> values, int percent)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Max(0, (int)Math.Ceiling(sorted.Count * percent / 100.0) - 1)];
    }
}
