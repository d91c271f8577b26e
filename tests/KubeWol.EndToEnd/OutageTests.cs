using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd;

/// <summary>Leaders that die, and an API server that is away. Each has a cluster of its own.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standby_takes_over_when_the_leader_is_killed()
    {
        NeedsOwnCluster();
        await using var bed = new Bed();
        await bed.InitializeAsync();
        var before = await bed.CreateMachineAsync("before");
        await bed.SendAsync("wakeonlan", before.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(before.Mac!)).Status!.Reason);

        var leaders = await Task.WhenAll(bed.Operators.Select(o => o.MetricAsync("kubewol_leader", Cancel)));
        Assert.Equal(1, leaders.Sum());
        await bed.Operators[leaders[0] == 1 ? 0 : 1].Process.KillAsync(Cancel);

        var after = await bed.CreateMachineAsync("after");
        await bed.SendAsync("wakeonlan", after.Mac!);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(after.Mac!)).Status!.Reason);
    }

    [Fact]
    public async Task Every_verb_survives_the_death_of_the_leader_in_the_middle()
    {
        NeedsOwnCluster();
        await using var bed = new Bed();
        await bed.InitializeAsync();
        Dictionary<string, string> slow = new()
        {
            [StandInAnnotations.BootSeconds] = "3", [StandInAnnotations.ShutdownSeconds] = "3", [StandInAnnotations.MigrationSeconds] = "3",
        };
        (string Name, string Strategy, string State)[] cast = [("wake", "Halted", "Stopped"), ("stop", "Always", "Running"), ("move", "Always", "Running"), ("destroy", "Always", "Running")];
        var machines = await Task.WhenAll(cast.Select(m => bed.CreateMachineAsync(bed.Machine($"orphaned-{m.Name}") with { RunStrategy = m.Strategy, GracePeriodSeconds = 30, Annotations = slow }, m.State)));
        WakeRequestSpec[] asked =
        [
            new() { Action = WakeAction.Wake },
            new() { Action = WakeAction.Sleep, Sleep = new() { Mode = SleepMode.Stop } },
            new() { Action = WakeAction.Move },
            new() { Action = WakeAction.Destroy },
        ];
        var requests = await Task.WhenAll(machines.Zip(asked).Select(p => bed.BeginAsync(p.First, p.Second)));
        foreach (var request in requests) await bed.ReachesAsync(request, "has begun", r => r.Status?.Phase == WakePhase.Running);

        var leaders = await Task.WhenAll(bed.Operators.Select(o => o.MetricAsync("kubewol_leader", Cancel)));
        await bed.Operators[leaders[0] == 1 ? 0 : 1].Process.KillAsync(Cancel);

        var ended = await Task.WhenAll(requests.Select(bed.FinishedAsync));
        Assert.Equal((WakeReason[])[WakeReason.Started, WakeReason.Stopped, WakeReason.Moved, WakeReason.Destroyed], ended.Select(r => r.Status!.Reason!.Value));
        var migrations = await bed.Cluster.Kubectl.OutputAsync(["get", "virtualmachineinstancemigrations", "-n", bed.Namespace, "-o", "name"], Cancel);
        Assert.Single(migrations.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Frames_that_are_heard_while_the_API_server_is_away_are_carried_out_when_it_is_back()
    {
        NeedsOwnCluster();
        await using var bed = new Bed();
        await bed.InitializeAsync();
        var machine = await bed.CreateMachineAsync("patient");
        await bed.AgentsKnowAsync(machine);
        await bed.Cluster.Server!.StopServerAsync(Signal.Kill, Cancel);
        await bed.SendAsync("wakeonlan", machine.Mac!);
        await Eventually.BecomesTrueAsync("an agent tries in vain", async () => await RetriesAsync(bed) > 0, Cancel);
        await bed.Cluster.Server.StartServerAsync(Cancel);

        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
    }

    [Fact]
    public async Task Operator_and_agent_wait_for_an_API_server_that_is_not_there_at_their_start()
    {
        NeedsOwnCluster();
        string[] nodes = ["node-a"];
        await using var cluster = await Cluster.StartAsync(nodes, new StandInDelays(), Cancel);
        await using var network = await NodeNetwork.CreateAsync(nodes, Cancel);
        await using var installation = await Installation.CreateAsync(cluster, Cancel);
        var machine = new MachineManifest("default", "early") { Mac = Bed.NextAddress().ToString() };
        await cluster.Kubectl.ApplyAsync(machine.ToString(), Cancel);
        // Their credentials are made while it is there; then it goes, and they come.
        var kubeconfig = await cluster.KubeconfigForAsync(Installation.Namespace, "kubewol-operator", pod: null, cluster.Address, Cancel);
        Assert.True(File.Exists(kubeconfig));
        var agent = await installation.StartAgentAsync(network.Node("node-a"), ["--interface", "eth0"], waitUntilReady: true, Cancel);
        await cluster.Server!.StopServerAsync(Signal.Kill, Cancel);
        await using var @operator = ChildProcess.Start(
            new ProcessSpec(Programs.Operator, "--kubeconfig", kubeconfig, "--listen", "127.0.0.1:0", "--log-format", "text") { Name = "early-operator" }, cluster.LogFile("early-operator.log"));
        await @operator.WaitForLineAsync(l => l.Contains("will try again", StringComparison.Ordinal), TimeSpan.FromSeconds(20), Cancel);

        await network.Sender.Namespace.RunAsync(new ProcessSpec("wakeonlan", machine.Mac!), Cancel);
        await Eventually.BecomesTrueAsync("the agent tries in vain", async () => await agent.MetricAsync("kubewol_agent_request_retries_total", Cancel) > 0, Cancel);
        await cluster.Server.StartServerAsync(Cancel);
        await Eventually.BecomesTrueAsync("the machine runs", async () => (await cluster.MachineAsync(new("default", "early"), Cancel))?.Status?.PrintableStatus == "Running", Cancel);
        Assert.False(@operator.HasExited);
    }

    private static void NeedsOwnCluster() => Assert.SkipWhen(
        Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not taken down");

    private static async Task<double> RetriesAsync(Bed bed) =>
        (await Task.WhenAll(bed.Agents.Select(a => a.MetricAsync("kubewol_agent_request_retries_total", Cancel)))).Sum();
}
