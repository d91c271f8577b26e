using System.Diagnostics;
using System.Globalization;
using KubeWol.TestBed.Containers;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestBed;

/// <summary>An agent or an operator that runs, with its metrics and probes.</summary>
public sealed class RunningProgram(ContainerProcess container, HttpClient http) : IAsyncDisposable
{
    /// <summary>The container's runtime: it passes signals on to the program, all but those that stop and continue, and killed takes it along.</summary>
    public ChildProcess Process => container.Runtime;

    /// <summary>The program's own process id.</summary>
    public int Id => container.Id;

    /// <summary>Where its pages are, as seen from its own node.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>Sends a signal to the program itself.</summary>
    public void Send(Signal signal) => container.Send(signal);

    /// <summary>What the program itself uses now, without the runtime around it; only while it runs.</summary>
    public ProcessUsage Usage => ProcessUsage.Of(Id);

    /// <summary>What /readyz says, and whether it means ready; null when nobody answers.</summary>
    public async Task<(bool Ready, string Words)?> ReadinessAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync("/readyz", cancellationToken);
            return (answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Waits for readiness; fails at once, with the end of its log, when the program ends.</summary>
    public async Task WaitUntilReadyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (await ReadinessAsync(cancellationToken) is not (true, _))
        {
            if (Process.HasExited) throw Process.Failure($"ended with {await Process.Exited} before it was ready");
            if (watch.Elapsed > limit) throw Process.Failure($"was not ready within {limit.TotalSeconds:0} s");
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    /// <summary>One figure of /metrics, such as <c>kubewol_agent_frames_total{result="Accepted"}</c>; 0 when it is not there.</summary>
    public async Task<double> MetricAsync(string series, CancellationToken cancellationToken)
    {
        var figure = await MetricsAsync(cancellationToken);
        return figure(series);
    }

    /// <summary>All figures of one moment, by their series.</summary>
    public async Task<Func<string, double>> MetricsAsync(CancellationToken cancellationToken)
    {
        var lines = (await MetricsPageAsync(cancellationToken)).Split('\n');
        return series => lines.FirstOrDefault(l => l.StartsWith(series + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>The sum of all series that begin like this.</summary>
    public async Task<double> SumAsync(string beginning, CancellationToken cancellationToken) =>
        (await MetricsPageAsync(cancellationToken)).Split('\n').Where(l => l.StartsWith(beginning, StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    /// <summary>The whole page of /metrics.</summary>
    public Task<string> MetricsPageAsync(CancellationToken cancellationToken) => http.GetStringAsync("/metrics", cancellationToken);

    /// <summary>What it serves at a path, asked for from its own node.</summary>
    public Task<string> ReadAsync(string path, CancellationToken cancellationToken) => http.GetStringAsync(path, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await container.DisposeAsync();
    }
}
