using KubeWol.ControllerRuntime.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KubeWol.Agent.Capture;

/// <summary>Follows the node's interfaces: one capture for each that is wanted, opened when it appears and again when it comes back.</summary>
internal sealed class CaptureService(INicSource nics, IFrameSink sink, AgentOptions options, AgentMetrics metrics, TimeProvider time, ILogger<CaptureService> logger) : IHostedService, IDisposable
{
    /// <summary>How often the interfaces are looked at; what a new one may miss at the most.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly NicSelection _selection = new(options.Interfaces, options.ExcludedInterfaces);
    private readonly Dictionary<Nic, WolCaptureDevice> _captures = [];
    private readonly HashSet<string> _complained = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task _following = Task.CompletedTask;

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
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var present = nics.List();
        if (_selection.Names.FirstOrDefault(name => present.All(n => n.Name != name)) is { } missing)
        {
            throw new StartException($"there is no interface {missing}; this node has {string.Join(", ", present.Select(n => n.Name).Order(StringComparer.Ordinal))}");
        }

        Look(problem =>
        {
            if (problem.Problem == CaptureProblem.NoPermission) throw new StartException(problem.Message, problem);
        });
        if (!IsCapturing) logger.NothingToListenOn(_selection.ToString());
        metrics.ReadDropsWith(ReportCounts);
        _following = FollowAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        lock (_gate)
        {
            foreach (var nic in _captures.Keys.ToList()) Close(nic);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task FollowAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false)) Look(static _ => { });
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the service.
        }
    }

    /// <summary>Closes what is gone, has ended or is no longer wanted; opens what is wanted and not open.</summary>
    private void Look(Action<CaptureException> onProblem)
    {
        lock (_gate)
        {
            var wanted = nics.List().Where(_selection.Wants).ToHashSet();
            foreach (var (nic, capture) in _captures.ToList())
            {
                if (capture.IsRunning && wanted.Contains(nic)) continue;
                Close(nic);
                logger.StoppedListening(nic.Name);
            }

            foreach (var nic in wanted.Where(n => !_captures.ContainsKey(n)))
            {
                try
                {
                    _captures[nic] = WolCaptureDevice.Start(nic, options, sink, fault => logger.CaptureFaulted(fault, nic.Name));
                    _complained.Remove(nic.Name);
                    logger.Listening(nic);
                }
                catch (CaptureException e)
                {
                    onProblem(e);
                    if (_complained.Add(nic.Name)) logger.CannotListen(nic.Name, e.Message); // once, not every second
                }
            }

            metrics.Capturing(_captures.Count);
        }
    }

    private void Close(Nic nic)
    {
        if (!_captures.Remove(nic, out var capture)) return;
        if (capture.Counts is { } counts) metrics.CaptureEnded(nic.Name, counts);
        capture.Stop();
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
