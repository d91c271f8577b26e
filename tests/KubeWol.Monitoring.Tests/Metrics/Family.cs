namespace KubeWol.Monitoring.Tests.Metrics;

/// <summary>A metric of a program's page.</summary>
/// <param name="Name">Its name; a histogram's without _bucket, _sum and _count.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Help">What it says of itself.</param>
/// <param name="Labels">Its labels with the values they have, both in order; without a histogram's le.</param>
internal sealed record Family(string Name, string Type, string Help, IReadOnlyDictionary<string, IReadOnlyList<string>> Labels)
{
    /// <summary>The names of its series.</summary>
    public IEnumerable<string> Series => Type == "histogram" ? [$"{Name}_bucket", $"{Name}_sum", $"{Name}_count"] : [Name];
}
