using System.Diagnostics;
using KubeWol.Api.V1Alpha1;
using KubeWol.FaultProxy;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>Leaders that die, freeze, lose their lease or their connection, under load; and what an ex-leader can still do (docs/design/failover.md).</summary>
public sealed class FailoverTests(FailoverTests.Stage stage) : IClassFixture<FailoverTests.Stage>
{
    /// <summary>From the death of the leader to the next effect.</summary>
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(10);

    /// <summary>For four hundred wakes on a machine that is busy with other tests; what is promised is the gap.</summary>
    private static readonly TimeSpan Load = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leader_killed_under_load_is_followed_within_ten_seconds_and_nothing_is_lost_or_done_twice()
    {
        const int machines = 400;
        const int perSecond = 50;
        var names = Enumerable.Range(0, machines).Select(i => $"load-{i:000}").ToList();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (name, cancel) => await stage.Bed.Cluster.ApplyAsync(stage.Bed.Machine(name), cancel));
        var leader = await stage.LeaderAsync();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        var asking = new List<Task<WakeRequest>>();
        DateTimeOffset died = default;
        foreach (var name in names)
        {
            await pace.WaitForNextTickAsync(Cancel);
            asking.Add(stage.Bed.BeginAsync(stage.Bed.Namespace, new() { Action = WakeAction.Wake, Target = new() { Name = name }, DeadlineSeconds = (int)Load.TotalSeconds }));
            if (asking.Count != 2 * perSecond) continue;
            died = TimeProvider.System.GetUtcNow();
            await leader.Process.KillAsync(Cancel);
        }

        var asked = (await Task.WhenAll(asking)).Select(r => r.Metadata.Name).ToHashSet();
        IReadOnlyList<WakeRequest> ended = [];
        using var slow = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        await Eventually.BecomesTrueAsync("every request has ended", Load, async () =>
        {
            await slow.WaitForNextTickAsync(Cancel);
            ended = [.. (await stage.Bed.Cluster.RequestsAsync(Cancel)).Where(r => asked.Contains(r.Metadata.Name))];
            return ended.Count == machines && ended.All(r => r.IsFinished());
        }, Cancel);

        var starts = stage.Bed.Cluster.KubeVirt!.Journal.Calls.Where(c => c.Verb == "start" && c.Machine.StartsWith("load-", StringComparison.Ordinal)).ToList();
        // What the leader had sent arrives for a moment longer; the longest pause is what users wait.
        var times = starts.Select(w => w.At).Where(at => at > died).Prepend(died).Order().ToList();
        var gap = times.Zip(times.Skip(1), (one, next) => next - one).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{machines} wakes, {perSecond} a second; the leader was killed at the {2 * perSecond}th: {starts.Count} starts, none for {gap.TotalSeconds:0.0} s; {string.Join(", ", ended.GroupBy(r => r.Status!.Reason).Select(g => $"{g.Count()} {g.Key}"))}");
        Assert.Equal(names, starts.Select(c => c.Machine).Order());
        // Who died between the start and the report is remembered by nobody: its machine is found to run.
        Assert.All(ended, r => Assert.Contains(r.Status!.Reason!.Value, (WakeReason[])[WakeReason.Started, WakeReason.AlreadyActive]));
        Assert.InRange(ended.Count(r => r.Status!.Reason == WakeReason.AlreadyActive), 0, 32); // as many as it works on at a time
        Assert.InRange(gap, TimeSpan.Zero, Target);
    }

    [Fact]
    public async Task What_a_frozen_leader_had_sent_comes_too_late_and_it_writes_nothing_when_it_wakes_up()
    {
        var machine = await stage.Bed.CreateMachineAsync("frozen");
        var leader = await stage.LeaderAsync();
        // Its start is held up on the way, and it is frozen while it waits for the answer.
        using var held = stage.Bed.Proxy.Add(new(new Fault(FaultKind.Slow) { Delay = TimeSpan.FromSeconds(20) }) { Call = "PUT virtualmachines/start", Times = 1, When = call => call.Object == "frozen" });
        var asked = await stage.Bed.BeginAsync(machine, new() { Action = WakeAction.Wake });
        await Eventually.BecomesTrueAsync("the start is on its way", () => Task.FromResult(held.Injected == 1), Cancel);
        leader.Send(Signal.Stop);
        var token = stage.LeadersToken;
        try
        {
            var next = await stage.LeaderAsync(butNot: leader);
            Assert.Equal(WakeReason.Started, (await stage.Bed.FinishedAsync(asked)).Status!.Reason);
            await Eventually.BecomesTrueAsync(
                "what was held up has arrived", Patience, () => Task.FromResult(stage.WritesOf(token).Any(w => w.Call is { Name: "PUT virtualmachines/start", Object: "frozen" })), Cancel);
            Assert.False(next.Process.HasExited);
        }
        finally
        {
            leader.Send(Signal.Continue);
        }

        var before = stage.WritesOf(token).Count;
        await Eventually.BecomesTrueAsync("the ex-leader ends", Patience, () => Task.FromResult(leader.Process.HasExited), Cancel);
        Assert.Equal(before, stage.WritesOf(token).Count);
        Assert.Equal([202], stage.StartsOf("frozen").Where(w => w.IsDone).Select(w => w.Status));
        Assert.Equal(409, Assert.Single(stage.WritesOf(token), w => w.Call is { Name: "PUT virtualmachines/start", Object: "frozen" }).Status);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("taken")]
    public async Task A_lease_that_somebody_deletes_or_takes_is_won_again_and_nothing_is_done_twice(string what)
    {
        var machine = await stage.Bed.CreateMachineAsync($"lease-{what}");
        var leader = await stage.LeaderAsync();
        string[] change = what == "deleted" ? ["delete", "lease", "kubewol-operator"]
            : ["patch", "lease", "kubewol-operator", "--type=merge", "-p", """{"spec":{"holderIdentity":"somebody"}}"""];
        await stage.Bed.Cluster.Kubectl.OutputAsync([.. change, "-n", Installation.Namespace], Cancel);
        var request = await stage.Bed.BeginAsync(machine, new() { Action = WakeAction.Wake });
        await Eventually.BecomesTrueAsync("the leader ends", Patience, () => Task.FromResult(leader.Process.HasExited), Cancel);
        await stage.LeaderAsync(butNot: leader);

        Assert.Equal(WakePhase.Succeeded, (await stage.Bed.FinishedAsync(request)).Status!.Phase);
        Assert.Equal(1, stage.StartsTaken(machine.Name));
    }

    [Fact]
    public async Task After_an_outage_longer_than_the_lease_everything_goes_on_by_itself()
    {
        var machine = await stage.Bed.CreateMachineAsync("outage");
        await stage.Bed.AgentsKnowAsync(machine); // or they could not be told before it is too late
        var leader = await stage.LeaderAsync();
        stage.Bed.Proxy.IsAway = true;
        stage.Bed.Proxy.ResetConnections();
        try
        {
            await stage.Bed.SendAsync("wakeonlan", machine.Mac!);
            await Eventually.BecomesTrueAsync("the leader gives up", Patience, () => Task.FromResult(leader.Process.HasExited), Cancel);
        }
        finally
        {
            stage.Bed.Proxy.IsAway = false;
        }

        var back = Stopwatch.StartNew();
        Assert.Equal(WakeReason.Started, (await stage.FinishedForAsync(machine.Mac!)).Status!.Reason);
        TestContext.Current.TestOutputHelper?.WriteLine($"woken {back.Elapsed.TotalSeconds:0.0} s after the API server was back");
        Assert.Equal(1, stage.StartsTaken("outage"));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("half-open")]
    public async Task Connections_that_break_all_at_once_delay_a_wake_by_seconds(string how)
    {
        var machine = await stage.Bed.CreateMachineAsync($"connection-{how}");
        await stage.Bed.AgentsKnowAsync(machine);
        await stage.LeaderAsync();
        if (how == "reset") stage.Bed.Proxy.ResetConnections();
        else stage.Bed.Proxy.FreezeConnections();
        var watch = Stopwatch.StartNew();
        await stage.Bed.SendAsync("wakeonlan", machine.Mac!);
        Assert.Equal(WakePhase.Succeeded, (await stage.FinishedForAsync(machine.Mac!)).Status!.Phase);
        TestContext.Current.TestOutputHelper?.WriteLine($"woken {watch.Elapsed.TotalSeconds:0.0} s after every connection was {how}");
        Assert.Equal(1, stage.StartsTaken(machine.Name));
    }

    /// <summary>A cluster of their own, whose operators are kept running as a Deployment keeps them.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private Replicas _replicas = null!;

        public Bed Bed { get; } = new() { IsProxied = true };

        /// <summary>The token of the operator that wrote the lease last: each process has one of its own.</summary>
        public string? LeadersToken => Bed.Proxy.Writes.Last(w => w is { IsDone: true, Call.Name: "PATCH leases" or "POST leases" }).Call.Token;

        public async ValueTask InitializeAsync()
        {
            if (Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }) Assert.Skip("failovers need an API server of our own");
            await Bed.InitializeAsync();
            _replicas = Bed.KeepOperators();
        }

        public async ValueTask DisposeAsync()
        {
            if (_replicas is not null) await _replicas.DisposeAsync();
            await Bed.DisposeAsync();
        }

        public IReadOnlyList<AnsweredWrite> WritesOf(string? token) => [.. Bed.Proxy.Writes.Where(w => w.Call.Token == token)];

        /// <summary>How often KubeVirt has taken a start, by its own journal: the proxy cannot tell what became of one whose caller was gone before the answer.</summary>
        public int StartsTaken(string machine) => Bed.Cluster.KubeVirt!.Journal.Calls.Count(c => c.Verb == "start" && c.Machine == machine);

        public IReadOnlyList<AnsweredWrite> StartsOf(string machine) => [.. Bed.Proxy.Writes.Where(w => w.Call.Name == "PUT virtualmachines/start" && w.Call.Object == machine)];

        internal async Task<RunningProgram> LeaderAsync(RunningProgram? butNot = null)
        {
            RunningProgram? leader = null;
            await Eventually.BecomesTrueAsync("an operator leads", Patience, async () => (leader = await _replicas.LeaderAsync(butNot, Cancel)) is not null, Cancel);
            return leader!;
        }

        internal async Task<WakeRequest> FinishedForAsync(string mac)
        {
            IReadOnlyList<WakeRequest> found = [];
            await Eventually.BecomesTrueAsync($"a request for {mac} is finished", Patience, async () => (found = await Bed.RequestsForAsync(mac)) is [_, ..] && found.All(r => r.IsFinished()), Cancel);
            return Assert.Single(found);
        }
    }
}
