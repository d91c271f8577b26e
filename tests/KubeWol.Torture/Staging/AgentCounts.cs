using System.Globalization;
using System.Text.RegularExpressions;
using KubeWol.TestBed;

namespace KubeWol.Torture.Staging;

/// <summary>What agents say became of frames, summed up over all of them, the dead ones as far as they could be asked just before.</summary>
internal sealed partial class AgentCounts
{
    private readonly SortedDictionary<string, long> _results = new(StringComparer.Ordinal);

    /// <summary>Frames by what became of them.</summary>
    public IReadOnlyDictionary<string, long> Results
    {
        get
        {
            lock (_results) return new SortedDictionary<string, long>(_results, StringComparer.Ordinal);
        }
    }

    /// <summary>Adds what an agent has counted; nothing where it does not answer.</summary>
    public async Task TakeAsync(RunningProgram agent, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMilliseconds(500));
        try
        {
            var page = await agent.MetricsPageAsync(patience.Token);
            lock (_results)
            {
                foreach (Match match in Frames().Matches(page)) _results[match.Groups[1].Value] = _results.GetValueOrDefault(match.Groups[1].Value) + (long)double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // It has only just begun, or is in trouble: its count is missed, and nobody judges by it.
        }
    }

    [GeneratedRegex("^kubewol_agent_frames_total\\{result=\"(\\w+)\"\\} ([0-9.e+]+)$", RegexOptions.Multiline)]
    private static partial Regex Frames();
}
