using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Staging;

/// <summary>A node with its agent, which a kubelet starts again whenever it ends; keeps a record of who could hear what.</summary>
internal sealed class NodeAgent(Installation installation, NetworkHost host, IReadOnlyList<string> arguments, RunClock clock, AgentCounts counts) : IDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    /// <summary>How often a kubelet looks whether its pod is ready.</summary>
    private static readonly TimeSpan ProbePace = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<RunningProgram> _programs = [];
    private readonly List<(TimeSpan From, TimeSpan? To)> _listening = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _frozen = [];
    private readonly List<(TimeSpan From, TimeSpan To)> _unplugged = [];

    /// <summary>What the API server was told of the pod's readiness; null for nothing.</summary>
    private bool? _said;

    public NetworkHost Host => host;

    /// <summary>All that ran here, the dead ones, too.</summary>
    public IReadOnlyList<RunningProgram> Programs
    {
        get
        {
            lock (_programs) return [.. _programs];
        }
    }

    public RunningProgram Current => Programs[^1];

    public NodeLife Life => new(host.Name) { Listening = [.. _listening], Frozen = [.. _frozen], Unplugged = [.. _unplugged] };

    /// <summary>Starts the agent and waits until it listens, whether the API server is there or not.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var program = await installation.StartAgentAsync(host, arguments, waitUntilReady: false, cancellationToken);
        lock (_programs) _programs.Add(program);
        await program.Process.WaitForLineAsync(line => line.Contains("[100]", StringComparison.Ordinal), StartTime, cancellationToken);
        lock (_listening) _listening.Add((clock.Now, null));
    }

    /// <summary>Kills the agent, and starts it again after a while.</summary>
    public Task KillAsync(TimeSpan downtime, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        await counts.TakeAsync(Current, cancellationToken);
        lock (_listening) _listening[^1] = (_listening[^1].From, clock.Now);
        Current.Send(Signal.Kill);
        await Current.Process.Exited.WaitAsync(cancellationToken);
        await Task.Delay(downtime, cancellationToken);
        await StartAsync(cancellationToken);
    }, cancellationToken);

    public Task FreezeAsync(TimeSpan time, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        var from = clock.Now;
        Current.Send(Signal.Stop);
        await Task.Delay(time, cancellationToken);
        Current.Send(Signal.Continue);
        lock (_frozen) _frozen.Add((from, clock.Now));
    }, cancellationToken);

    /// <summary>Cuts the node off from the LAN for a while.</summary>
    public async Task UnplugAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var from = clock.Now;
        await host.Nic.SetCarrierAsync(false, cancellationToken);
        await Task.Delay(time, cancellationToken);
        await host.Nic.SetCarrierAsync(true, cancellationToken);
        lock (_unplugged) _unplugged.Add((from, clock.Now));
    }

    /// <summary>Takes the agent's token back, and puts another one in its place.</summary>
    public async Task RotateTokenAsync(CancellationToken cancellationToken)
    {
        await installation.RotateTokenAsync(host, cancellationToken);
        _said = null; // its pod is another one
    }

    /// <summary>Tells the API server whether the agent is ready, as a kubelet does, until <paramref name="over"/>.</summary>
    public async Task ProbeAsync(CancellationToken over)
    {
        using var pace = new PeriodicTimer(ProbePace);
        try
        {
            while (await pace.WaitForNextTickAsync(over))
            {
                var isReady = await IsReadyAsync(over);
                if (isReady == _said) continue;
                try
                {
                    await installation.SayReadyAsync(host.Name, isReady, over);
                    _said = isReady;
                }
                catch (TestClusterException)
                {
                    // The API server is away: once more.
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ProbePace);
        try
        {
            return await Current.ReadinessAsync(patience.Token) is (true, _);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // frozen
        }
    }

    /// <summary>One thing at a time is done to the agent.</summary>
    private async Task InTurnAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await action();
        }
        finally
        {
            _turn.Release();
        }
    }
}
