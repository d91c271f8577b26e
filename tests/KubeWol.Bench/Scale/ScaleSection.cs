using System.Diagnostics;
using System.Text;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Bench.Figures;
using KubeWol.Bench.Wakes;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Bench.Scale;

/// <summary>What more machines cost the operator and an agent.</summary>
internal sealed class ScaleSection : ISection
{
    private const int FirstWake = 20_000;
    private const int Changes = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly string[] Nics = ["eth0", "eth1", "eth2"];

    public string Name => "scale";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var stage = await Stage.StartAsync(run, cancellationToken);
        foreach (var nic in Nics[1..]) await stage.Node.AddNicAsync(nic, cancellationToken);
        List<Target> machines = [];

        foreach (var (name, size) in new[] { ("1k", 1_000), ("10k", 10_000), ("", FirstWake), ("100k", 100_000) })
        {
            if (run.IsQuick && size is not (1_000 or FirstWake)) continue;
            var more = Target.Make(size - machines.Count);
            await stage.CreateMachinesAsync(more, cancellationToken);
            machines.AddRange(more);
            if (size == FirstWake) await FirstWakeAsync(run.Results, stage, machines[^1], cancellationToken);
            else await MeasureAsync(run, stage, name, machines, cancellationToken);
        }
    }

    private static async Task MeasureAsync(Run run, Stage stage, string name, List<Target> machines, CancellationToken cancellationToken)
    {
        var (results, watch) = (run.Results, Stopwatch.StartNew());
        await using var @operator = await stage.Installation.StartOperatorAsync("operator", [], cancellationToken);
        results.Add($"operator_ready_seconds_{name}", watch.Elapsed.TotalSeconds);
        await ReachesAsync(@operator, "kubewol_index_addresses", machines.Count, cancellationToken);
        await using var agent = await stage.Installation.StartAgentAsync(stage.Node, [.. Nics.SelectMany(n => (string[])["--interface", n])], waitUntilReady: true, cancellationToken);
        await ReachesAsync(agent, "kubewol_agent_index_addresses", machines.Count, cancellationToken);
        results.Add($"index_bytes_{name}", await @operator.MetricAsync("kubewol_index_bytes", cancellationToken));
        await WakeAsync(stage, machines[0], cancellationToken); // each has done once what it is there for
        await Task.Delay(Settling, cancellationToken);
        results.Add($"operator_rss_mib_{name}", @operator.Usage.ResidentBytes / (double)(1 << 20));
        results.Add($"agent_rss_mib_{name}", agent.Usage.ResidentBytes / (double)(1 << 20));

        if (run.IsQuick) return;
        var cpu = CpuOf(@operator);
        foreach (var target in machines.TakeLast(Changes))
        {
            var patch = $$"""{"metadata": {"labels": {"bench": "{{name}}"} } }""";
            await stage.Cluster.Client.PatchAsync(VirtualMachine.Type, new(Stage.Machines, target.Name), Encoding.UTF8.GetBytes(patch), null, cancellationToken);
        }

        await Task.Delay(Settling, cancellationToken);
        results.Add($"change_operator_ms_{name}", (CpuOf(@operator) - cpu).TotalMilliseconds / Changes);
    }

    /// <summary>With that of threads that have ended.</summary>
    private static TimeSpan CpuOf(RunningProgram program) => program.Usage.UserTime + program.Usage.SystemTime;

    /// <summary>A request waits for an operator, and the operator has all machines to read first.</summary>
    private static async Task FirstWakeAsync(Results results, Stage stage, Target target, CancellationToken cancellationToken)
    {
        await stage.Cluster.Client.CreateAsync(
            WakeRequest.Type,
            new() { Metadata = new() { Namespace = Installation.Namespace, Name = "first" }, Spec = new() { Action = WakeAction.Wake, Target = new() { MacAddress = target.Mac.ToString() } } },
            cancellationToken);
        var begun = TimeProvider.System.GetUtcNow();
        await using var @operator = await stage.Installation.StartOperatorAsync("operator", [], cancellationToken);
        await stage.FinishedAsync([target], Limit, cancellationToken);
        var start = (await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken)).First(c => c.IsStart && c.Name == target.Name);
        results.Add("operator_first_wake_seconds_20k", (start.Received - begun).TotalSeconds);
    }

    private static async Task WakeAsync(Stage stage, Target target, CancellationToken cancellationToken)
    {
        using var sender = stage.Network.Sender.Nic.OpenSender();
        sender.Send(target.Frame);
        await stage.FinishedAsync([target], Limit, cancellationToken);
    }

    private static Task ReachesAsync(RunningProgram program, string metric, int value, CancellationToken cancellationToken) =>
        Eventually.BecomesTrueAsync($"{metric} is {value}", Limit, async () => (int)await program.MetricAsync(metric, cancellationToken) == value, cancellationToken);
}
