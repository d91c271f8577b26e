using KubeWol.ControllerRuntime.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Capture;

/// <summary>Follows the node's interfaces: one capture for each that is wanted, opened when it appears and again when it comes back.</summary>
internal sealed class CaptureService(INicSource nics, OpenCapture open, AgentOptions options, AgentMetrics metrics, TimeProvider time, ILogger<CaptureService> logger) : IHostedService, IDisposable
{
    /// <summary>How often the interfaces are looked at; what a new one may miss at the most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly NicSelection _selection = new(options.Interfaces, options.ExcludedInterfaces);
    private readonly Dictionary<Nic, ICapture> _captures = [];
    private readonly HashSet<string> _complained = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task _following = Task.CompletedTask;
    private bool _isBlind;

    /// <summary>Whether at least one interface is being listened on.</summary>
    public bool IsCapturing
    {
        get
        {
            lock (_gate) return _captures.Values.Any(c => c.IsRunning);
        }
    }

    /// <summary>What is listened on, for people.</summary>
    public override string ToString() => _selection.ToString();

    /// <summary>Opens what is there. What can never work stops the program now, with a sentence, instead of leaving it deaf.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var present = nics.List();
        if (_selection.Names.FirstOrDefault(name => present.All(n => n.Name != name)) is { } missing)
        {
            throw new StartException($"there is no interface {missing}; this node has {string.Join(", ", present.Select(n => n.Name).Order(StringComparer.Ordinal))}");
        }

        await LookAsync(problem =>
        {
            if (problem.Problem is CaptureProblem.NoPermission or CaptureProblem.NoLibrary) throw new StartException(problem.Message, problem);
        }).ConfigureAwait(false);
        if (!IsCapturing) logger.NothingToListenOn(_selection.ToString());
        metrics.ReadDropsWith(ReportCounts);
        _following = FollowAsync(_stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        List<(Nic, ICapture)> ended;
        lock (_gate) ended = [.. _captures.Keys.ToList().Select(Remove)];
        metrics.Capturing(0, failed: 0);
        await EndAsync(ended).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task FollowAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false)) await LookAgainAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the service.
        }
    }

    private async Task LookAgainAsync()
    {
        try
        {
            await LookAsync(static _ => { }).ConfigureAwait(false);
            _isBlind = false;
        }
#pragma warning disable CA1031 // the edge of a loop: what is open goes on, and the next second may be better
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_isBlind) logger.CannotFollow(e);
            _isBlind = true;
        }
    }

    /// <summary>Closes what is gone, has ended or is no longer wanted; opens what is wanted and not open.</summary>
    private async Task LookAsync(Action<CaptureException> onProblem)
    {
        var wanted = nics.List().Where(_selection.Wants).ToHashSet();
        List<(Nic, ICapture)> ended = [];
        try
        {
            lock (_gate) Follow(wanted, ended, onProblem);
        }
        finally
        {
            // Last, and not under the lock: it takes its time, in which the renamed interface is heard and probes are answered.
            await EndAsync(ended).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for all captures side by side, each for its own thread.</summary>
    private Task EndAsync(IEnumerable<(Nic Nic, ICapture Capture)> ended) => Task.WhenAll(ended.Select(e => Task.Run(() =>
    {
        if (!e.Capture.Stop()) logger.CaptureLeftBehind(e.Nic.Name);
    })));

    private void Follow(HashSet<Nic> wanted, List<(Nic, ICapture)> ended, Action<CaptureException> onProblem)
    {
        foreach (var nic in _captures.Where(c => !c.Value.IsRunning || !wanted.Contains(c.Key)).Select(c => c.Key).ToList())
        {
            ended.Add(Remove(nic));
            logger.StoppedListening(nic.Name);
        }

        foreach (var nic in wanted.Where(n => !_captures.ContainsKey(n)))
        {
            try
            {
                _captures[nic] = open(nic, fault => logger.CaptureFaulted(fault, nic.Name));
                _complained.Remove(nic.Name);
                logger.Listening(nic);
            }
            catch (CaptureException e)
            {
                onProblem(e);
                if (_complained.Add(nic.Name)) logger.CannotListen(nic.Name, e.Message); // once, not every second
            }
        }

        metrics.Capturing(_captures.Count, wanted.Count - _captures.Count);
    }

    /// <summary>Takes over the capture's last counters; whoever calls stops it.</summary>
    private (Nic Nic, ICapture Capture) Remove(Nic nic)
    {
        _captures.Remove(nic, out var capture);
        if (capture!.Counts is { } counts) metrics.CaptureEnded(nic.Name, counts);
        return (nic, capture);
    }

    private void ReportCounts()
    {
        lock (_gate)
        {
            foreach (var (nic, capture) in _captures)
            {
                if (capture.Counts is { } counts) metrics.Captured(nic.Name, counts);
            }
        }
    }
}
