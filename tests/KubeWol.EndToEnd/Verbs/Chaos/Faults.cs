using System.Diagnostics;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>What breaks, one thing after the other, each kind once in every round.</summary>
internal sealed class Faults(Bed bed, Cast cast, Random random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<RunningProgram> _operators = [.. bed.Operators];
    private readonly List<(NetworkHost Node, RunningProgram Agent)> _agents = [.. bed.Network.Nodes.Zip(bed.Agents)];
    private readonly List<RunningProgram> _programs = [.. bed.Operators, .. bed.Agents];
    private int _started = 2;

    /// <summary>All programs that ran, the dead ones, too.</summary>
    public IReadOnlyList<RunningProgram> Programs => _programs;

    public IReadOnlyList<string> Happened => _happened;

    private readonly List<string> _happened = [];

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
                await ReplaceOperatorsAsync();
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
        _programs.Add(next);
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
        frozen.Process.Send(Signal.Stop);
        await BecomesAsync("another operator leads", async () => await LeadingAsync(_operators.Where(o => o != frozen)) is not null);
        frozen.Process.Send(Signal.Continue);
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
        await BecomesAsync("an operator leads", async () =>
        {
            if ((leader = await LeadingAsync(_operators)) is null) await ReplaceOperatorsAsync(); // both may have given up in an outage
            return leader is not null;
        });
        return leader!;
    }

    private static async Task<RunningProgram?> LeadingAsync(IEnumerable<RunningProgram> operators)
    {
        foreach (var candidate in operators)
        {
            try
            {
                if (!candidate.Process.HasExited && await candidate.MetricAsync("kubewol_leader", Cancel) == 1) return candidate;
            }
            catch (HttpRequestException)
            {
                // It ends just now.
            }
        }

        return null;
    }

    /// <summary>What a Deployment does: an operator that ended, as one that lost its lease does, is started again.</summary>
    private async Task ReplaceOperatorsAsync()
    {
        for (var i = 0; i < _operators.Count; i++)
        {
            if (!_operators[i].Process.HasExited) continue;
            _operators[i] = await bed.StartOperatorAsync($"operator-{++_started}");
            _programs.Add(_operators[i]);
        }
    }

    private static Task BecomesAsync(string what, Func<Task<bool>> condition) => Eventually.BecomesTrueAsync(what, Patience, condition, Cancel);
}
