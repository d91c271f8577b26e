using System.Globalization;
using System.Text;
using Prometheus;

namespace KubeWol.Operator.Tests.World;

/// <summary>What Prometheus would read.</summary>
internal static class MetricsPage
{
    public static async Task<string> PageAsync(this CollectorRegistry registry)
    {
        using var page = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(page, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(page.ToArray());
    }

    /// <summary>The value of one series, named with all its labels.</summary>
    public static async Task<double> ValueAsync(this CollectorRegistry registry, string series) =>
        double.Parse((await registry.PageAsync()).Split('\n').Single(l => l.StartsWith(series + " ", StringComparison.Ordinal))[series.Length..], CultureInfo.InvariantCulture);
}
