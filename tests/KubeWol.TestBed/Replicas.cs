using KubeWol.TestCluster;

namespace KubeWol.TestBed;

/// <summary>What a Deployment does: an operator that ended, by a signal or because it lost its lease, is started again.</summary>
public sealed class Replicas : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Func<string, CancellationToken, Task<RunningProgram>> _start;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private readonly List<RunningProgram> _all;
    private readonly Task _keeping;

    /// <param name="operators">Those that run now.</param>
    /// <param name="start">Starts one of this name again.</param>
    public Replicas(IReadOnlyList<RunningProgram> operators, Func<string, CancellationToken, Task<RunningProgram>> start)
    {
        (_start, _all) = (start, [.. operators]);
        _keeping = Task.WhenAll(operators.Select(KeepAsync));
    }

    /// <summary>All that ran, the dead ones, too.</summary>
    public IReadOnlyList<RunningProgram> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    /// <summary>Those that have not ended.</summary>
    public IEnumerable<RunningProgram> Living => All.Where(o => !o.Process.HasExited);

    /// <summary>The one that says it leads; null when none does, or none answers.</summary>
    public Task<RunningProgram?> LeaderAsync(CancellationToken cancellationToken) => LeaderAsync(null, cancellationToken);

    /// <summary>The same among all but one.</summary>
    public async Task<RunningProgram?> LeaderAsync(RunningProgram? butNot, CancellationToken cancellationToken)
    {
        foreach (var candidate in Living.Where(o => o != butNot))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                if (await candidate.MetricAsync("kubewol_leader", patience.Token) == 1) return candidate;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It ends just now, is frozen, or has only just begun.
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
                if (replica.Process.HasExited) replica = await NextAsync(replica.Process.Name) ?? replica;
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // No more are needed.
        }
    }

    private async Task<RunningProgram?> NextAsync(string name)
    {
        try
        {
            var next = await _start(name, _over.Token);
            lock (_lock) _all.Add(next);
            return next;
        }
        catch (TestClusterException)
        {
            return null; // it ended before it was ready: the API server is away
        }
    }
}
