using KubeWol.FaultProxy;
using KubeWol.TestCluster.Processes;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Running;

/// <summary>Breaks what the plan says, when it says so, and mends it again.</summary>
internal sealed class FaultMaking(Stage stage, Plan plan, Action<string> told) : IDisposable
{
    private readonly SortedDictionary<FaultName, int> _made = [];
    private readonly SemaphoreSlim _server = new(1);

    /// <summary>How often each was made.</summary>
    public IReadOnlyDictionary<FaultName, int> Made
    {
        get
        {
            lock (_made) return new SortedDictionary<FaultName, int>(_made);
        }
    }

    /// <summary>All of them; in the end everything is whole again.</summary>
    public Task MakeAllAsync(CancellationToken cancellationToken) => Task.WhenAll(plan.Lanes.Select(async lane =>
    {
        foreach (var fault in lane)
        {
            await stage.Clock.UntilAsync(fault.At, cancellationToken);
            var began = stage.Clock.Now;
            await MakeAsync(fault, cancellationToken);
            lock (_made) _made[fault.Name] = _made.GetValueOrDefault(fault.Name) + 1;
            told($"{began.TotalSeconds,6:0.0}-{stage.Clock.Now.TotalSeconds,5:0.0} s  {fault.Name}");
        }
    }));

    public void Dispose() => _server.Dispose();

    private async Task MakeAsync(PlannedFault fault, CancellationToken cancellationToken)
    {
        var server = stage.Cluster.Server!;
        var agent = stage.Agents[fault.Which % stage.Agents.Count];
        switch (fault.Name)
        {
            case FaultName.ServerKilled:
                await WithoutServerAsync(() => Task.Delay(fault.Length, cancellationToken), cancellationToken);
                break;
            case FaultName.Blackout:
                await WithoutServerAsync(() => KillAgentsAsync(fault.Length, cancellationToken), cancellationToken);
                break;
            case FaultName.ServerFrozen:
                await FreezeAsync(server.Process.Send, fault.Length, cancellationToken);
                break;
            case FaultName.EtcdKilled:
                await server.KillEtcdAsync(cancellationToken);
                await Task.Delay(fault.Length, cancellationToken);
                await server.StartEtcdAsync(cancellationToken);
                break;
            case FaultName.EtcdFrozen:
                await FreezeAsync(server.EtcdProcess.Send, fault.Length, cancellationToken);
                break;
            case FaultName.LeaderKilled:
                (await stage.Operators.LeaderAsync(cancellationToken))?.Send(Signal.Kill);
                break;
            case FaultName.StandbyKilled:
                var leader = await stage.Operators.LeaderAsync(cancellationToken);
                stage.Operators.Living.FirstOrDefault(o => o != leader)?.Send(Signal.Kill);
                break;
            case FaultName.LeaderFrozen:
                if (await stage.Operators.LeaderAsync(cancellationToken) is { } frozen) await FreezeAsync(frozen.Send, fault.Length, cancellationToken);
                break;
            case FaultName.AgentKilled:
                await agent.KillAsync(fault.Length, cancellationToken);
                break;
            case FaultName.AgentFrozen:
                await agent.FreezeAsync(fault.Length, cancellationToken);
                break;
            case FaultName.NodeUnplugged:
                await agent.UnplugAsync(fault.Length, cancellationToken);
                break;
            case FaultName.NodeCutFromServer:
                var path = stage.Installation.PathFrom(agent.Host);
                path.Pause();
                await Task.Delay(fault.Length, cancellationToken);
                path.Resume();
                break;
            case FaultName.NodeConnectionsReset:
                stage.Installation.PathFrom(agent.Host).CutConnections();
                break;
            case FaultName.ApiFaults:
                stage.Proxy.InjectAtRandom(plan.Seed + fault.Which, new FaultRates { Share = 0.05 });
                await Task.Delay(fault.Length, cancellationToken);
                stage.Proxy.InjectAtRandom(plan.Seed + fault.Which, null);
                break;
            case FaultName.ConnectionsHalfOpen:
                stage.Proxy.FreezeConnections();
                break;
            case FaultName.WatchesEnded:
                stage.Proxy.EndWatches();
                break;
            case FaultName.TokenRotated:
                await WithServerAsync(() => agent.RotateTokenAsync(cancellationToken), cancellationToken);
                break;
            case FaultName.ConfigDeleted:
                await stage.Cluster.Kubectl.RunAsync(["delete", "configmaps", "--all", "-n", TestBed.Installation.Namespace], cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault.Name, "not a fault");
        }
    }

    private async Task KillAgentsAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var until = stage.Clock.Now + time;
        foreach (var agent in stage.Agents)
        {
            await Task.Delay(time / (stage.Agents.Count + 1), cancellationToken);
            await agent.KillAsync(TimeSpan.Zero, cancellationToken);
        }

        await stage.Clock.UntilAsync(until, cancellationToken);
    }

    private async Task WithoutServerAsync(Func<Task> meanwhile, CancellationToken cancellationToken)
    {
        await _server.WaitAsync(cancellationToken);
        try
        {
            await stage.Cluster.Server!.StopServerAsync(Signal.Kill, cancellationToken);
            await meanwhile();
            await stage.Cluster.Server.StartServerAsync(cancellationToken);
        }
        finally
        {
            _server.Release();
        }
    }

    /// <summary>What somebody with kubectl does needs a server that answers; where it does not, nothing is done.</summary>
    private async Task WithServerAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _server.WaitAsync(cancellationToken);
        try
        {
            await action();
        }
        catch (TestCluster.TestClusterException e)
        {
            told($"{stage.Clock.Now.TotalSeconds,6:0.0} s  not done: {e.Message}");
        }
        finally
        {
            _server.Release();
        }
    }

    private static async Task FreezeAsync(Action<Signal> send, TimeSpan time, CancellationToken cancellationToken)
    {
        send(Signal.Stop);
        await Task.Delay(time, cancellationToken);
        send(Signal.Continue);
    }
}
