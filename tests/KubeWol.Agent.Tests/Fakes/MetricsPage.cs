using System.Globalization;
using System.Text;
using Prometheus;

namespace KubeWol.Agent.Tests.Fakes;

/// <summary>What a scrape would show.</summary>
internal sealed class MetricsPage
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();

    public MetricsPage() => Agent = new(_registry);

    public AgentMetrics Agent { get; }

    /// <summary>The lines of the page that are values.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync()
    {
        using var page = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(page, TestContext.Current.CancellationToken);
        return [.. Encoding.UTF8.GetString(page.ToArray()).Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
    }

    /// <summary>One value; fails when there is no such series.</summary>
    public async Task<double> ValueAsync(string series) =>
        double.Parse((await LinesAsync()).Single(l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);

    /// <summary>The results of frames or requests that are not zero, such as "Accepted 1, Repeated 3".</summary>
    public async Task<string> ResultsAsync(string counter) => string.Join(
        ", ",
        from line in await LinesAsync()
        where line.StartsWith($"kubewol_agent_{counter}_total{{result=", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)
        let parts = line.Split('"', ' ', '}')
        orderby parts[1]
        select $"{parts[1]} {parts[^1]}");
}
