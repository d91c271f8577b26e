using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>What a Deployment does: an operator that ended, by a signal or because it lost its lease, is started again.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Bed _bed;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private readonly List<RunningProgram> _all;
    private readonly Task _keeping;
    private int _started;

    public Replicas(Bed bed)
    {
        (_bed, _all, _started) = (bed, [.. bed.Operators], bed.Operators.Count);
        _keeping = Task.WhenAll(bed.Operators.Select(KeepAsync));
    }

    /// <summary>All that ran, the dead ones, too.</summary>
    public IReadOnlyList<RunningProgram> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    /// <summary>The one that says it leads; null when none does, or none answers.</summary>
    public async Task<RunningProgram?> LeaderAsync(RunningProgram? butNot = null)
    {
        foreach (var candidate in All.Where(o => o != butNot && !o.Process.HasExited))
        {
            try
            {
                if (await candidate.MetricAsync("kubewol_leader", TestContext.Current.CancellationToken) == 1) return candidate;
            }
            catch (HttpRequestException)
            {
                // It ends just now, or has only just begun.
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _keeping;
        _over.Dispose();
    }

    private async Task KeepAsync(RunningProgram replica)
    {
        using var pace = new PeriodicTimer(Pace);
        try
        {
            while (await pace.WaitForNextTickAsync(_over.Token))
            {
                if (replica.Process.HasExited) replica = await NextAsync() ?? replica;
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // No more are needed.
        }
    }

    private async Task<RunningProgram?> NextAsync()
    {
        try
        {
            var next = await _bed.StartOperatorAsync($"operator-{Interlocked.Increment(ref _started)}");
            lock (_lock) _all.Add(next);
            return next;
        }
        catch (TestClusterException)
        {
            return null; // the API server is away: no token
        }
    }
}
