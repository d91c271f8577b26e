using System.Diagnostics;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>What breaks, one thing after the other, each kind once in every round.</summary>
internal sealed class Faults(Bed bed, Cast cast, Replicas operators, Random random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<(NetworkHost Node, RunningProgram Agent)> _agents = [.. bed.Network.Nodes.Zip(bed.Agents)];
    private readonly List<RunningProgram> _allAgents = [.. bed.Agents];
    private readonly List<string> _happened = [];

    /// <summary>All agents that ran, the dead ones, too.</summary>
    public IReadOnlyList<RunningProgram> Agents => _allAgents;

    public IReadOnlyList<string> Happened => _happened;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Goes on until the time is over, but for one round at least; at its end everything is whole again.</summary>
    public async Task HappenAsync(TimeSpan time)
    {
        (string Name, Func<Task> Fault)[] kinds =
        [
            ("leader killed", KillLeaderAsync), ("agent killed", KillAgentAsync), ("API server killed", KillServerAsync),
            ("leader frozen", FreezeLeaderAsync), ("machine deleted", DeleteMachineAsync), ("node cordoned", CordonAsync),
        ];
        var watch = Stopwatch.StartNew();
        do
        {
            random.Shuffle(kinds);
            foreach (var (name, fault) in kinds)
            {
                var began = watch.Elapsed;
                await fault();
                _happened.Add($"{name} ({began.TotalSeconds:0.0}-{watch.Elapsed.TotalSeconds:0.0} s)");
                if (_happened.Count >= kinds.Length && watch.Elapsed > time) break;
            }
        }
        while (watch.Elapsed < time);
    }

    private async Task KillLeaderAsync() => await (await LeaderAsync()).Process.KillAsync(Cancel);

    private async Task KillAgentAsync()
    {
        var which = random.Next(_agents.Count);
        var (node, agent) = _agents[which];
        await agent.Process.KillAsync(Cancel);
        var next = await bed.StartAgentAsync(node);
        _allAgents.Add(next);
        _agents[which] = (node, next);
    }

    private async Task KillServerAsync()
    {
        await bed.Cluster.Server!.StopServerAsync(Signal.Kill, Cancel);
        await bed.Cluster.Server.StartServerAsync(Cancel);
    }

    /// <summary>Until another leads; then it wakes up, notices, and ends.</summary>
    private async Task FreezeLeaderAsync()
    {
        var frozen = await LeaderAsync();
        frozen.Send(Signal.Stop);
        await BecomesAsync("another operator leads", async () => await operators.LeaderAsync(butNot: frozen) is not null);
        frozen.Send(Signal.Continue);
        await BecomesAsync("the ex-leader ends", () => Task.FromResult(frozen.Process.HasExited));
    }

    private async Task DeleteMachineAsync()
    {
        var busy = (await bed.Cluster.RequestsAsync(Cancel)).Where(r => !r.IsFinished()).Select(r => r.Status?.VirtualMachine?.Name).ToHashSet();
        var candidates = cast.Machines.Where(m => busy.Contains(m.Name)).ToList();
        var machine = candidates.Count > 0 ? candidates[random.Next(candidates.Count)] : cast.Machines[random.Next(cast.Machines.Count)];
        await bed.Cluster.Kubectl.RunAsync(["delete", "vm", machine.Name, "-n", machine.Namespace, "--wait=false"], Cancel);
        await BecomesAsync($"{machine.Name} is gone", async () => await bed.Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel) is not { Metadata.DeletionTimestamp: not null });
        if (await bed.Cluster.MachineAsync(new(machine.Namespace, machine.Name), Cancel) is null) await bed.Cluster.ApplyAsync(machine, Cancel);
    }

    private async Task CordonAsync()
    {
        var nodes = await bed.SchedulableNodesAsync();
        var node = nodes[random.Next(nodes.Count)];
        await bed.Cluster.Kubectl.OutputAsync(["cordon", node], Cancel);
        using (var pause = new PeriodicTimer(TimeSpan.FromSeconds(1))) await pause.WaitForNextTickAsync(Cancel); // callers go on meanwhile
        await bed.Cluster.Kubectl.OutputAsync(["uncordon", node], Cancel);
    }

    private async Task<RunningProgram> LeaderAsync()
    {
        RunningProgram? leader = null;
        await BecomesAsync("an operator leads", async () => (leader = await operators.LeaderAsync()) is not null);
        return leader!;
    }

    private static Task BecomesAsync(string what, Func<Task<bool>> condition) => Eventually.BecomesTrueAsync(what, Patience, condition, Cancel);
}
