namespace KubeWol.Bench.Figures;

/// <summary>One thing that is measured.</summary>
/// <param name="Key">Its stable name in results.json.</param>
/// <param name="What">The same for people, with its unit.</param>
/// <param name="AtMost">The target it must not exceed.</param>
/// <param name="AtLeast">The target it must reach.</param>
internal sealed record Figure(string Key, string What, double? AtMost = null, double? AtLeast = null)
{
    /// <summary>The target for people; empty where there is none.</summary>
    public string Target => AtMost is { } most ? $"≤ {Number.Text(most)}" : AtLeast is { } least ? $"≥ {Number.Text(least)}" : "";

    /// <summary>Whether a value meets the target; null without one.</summary>
    public bool? IsMet(double value) => AtMost is { } most ? value <= most : AtLeast is { } least ? value >= least : null;
}
