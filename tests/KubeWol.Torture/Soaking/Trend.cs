namespace KubeWol.Torture.Soaking;

/// <summary>Where a figure goes: its value in the middle, and by how much it grew over the time that was looked at.</summary>
/// <param name="Median">The value in the middle.</param>
/// <param name="Growth">The slope times the time. The slope is the median of the slopes between all pairs of points (Theil 1950, Sen 1968): a garbage collector's saw-teeth and a single burst do not move it.</param>
internal readonly record struct Trend(double Median, double Growth)
{
    /// <summary>That of at least two points.</summary>
    public static Trend Of(IReadOnlyList<(TimeSpan At, double Value)> points)
    {
        if (points.Count < 2) throw new ArgumentException("A trend needs two points.", nameof(points));
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++) slopes.Add((points[j].Value - points[i].Value) / (points[j].At - points[i].At).TotalSeconds);
        }

        return new(MedianOf([.. points.Select(p => p.Value)]), MedianOf(slopes) * (points[^1].At - points[0].At).TotalSeconds);
    }

    private static double MedianOf(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
