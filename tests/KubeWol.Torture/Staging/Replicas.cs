using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Torture.Staging;

/// <summary>What a Deployment does: an operator that ended, by a signal or because it lost its lease, is started again.</summary>
internal sealed class Replicas : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Func<string, CancellationToken, Task<RunningProgram>> _start;
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private readonly List<RunningProgram> _all;
    private readonly Task _keeping;

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

    public IEnumerable<RunningProgram> Living => All.Where(o => !o.Process.HasExited);

    /// <summary>The one that says it leads; null when none does, or none answers.</summary>
    public async Task<RunningProgram?> LeaderAsync(CancellationToken cancellationToken)
    {
        foreach (var candidate in Living)
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
