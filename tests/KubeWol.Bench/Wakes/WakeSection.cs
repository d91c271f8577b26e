using KubeWol.Api.V1Alpha1;
using KubeWol.Bench.Figures;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Bench.Wakes;

/// <summary>How long a wake takes, and a thousand of them, beside a client that does only what must be done.</summary>
internal sealed class WakeSection : ISection
{
    private const int Burst = 1_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly int[] Percentiles = [50, 90, 99];

    public string Name => "wakes";

    public async Task RunAsync(Run run, CancellationToken cancellationToken)
    {
        await using var stage = await Stage.StartAsync(run, cancellationToken);
        using var floor = await Floor.CreateAsync(stage, cancellationToken);
        await LatencyAsync(run, stage, floor, cancellationToken);
        await BurstAsync(run, stage, floor, cancellationToken);
    }

    /// <summary>Floor and product by turns: what the machine does besides weighs on both alike.</summary>
    private static async Task LatencyAsync(Run run, Stage stage, Floor floor, CancellationToken cancellationToken)
    {
        var (rounds, each) = (run.Size(4, 2), run.Size(50, 15));
        var (targets, bare, wakes) = (Target.Make(rounds * each), Target.Make(rounds * each), new List<Wake>());
        await stage.CreateMachinesAsync([.. targets, .. bare], cancellationToken);
        foreach (var (mine, floors) in targets.Chunk(each).Zip(bare.Chunk(each)))
        {
            await floor.WakeAsync(floors, cancellationToken);
            await WithProductAsync(stage, async _ => wakes.AddRange(await WakeAsync(stage, mine, cancellationToken)), cancellationToken);
        }

        var calls = await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken);
        var (created, starts) = (calls.Where(c => c.IsRequestMade && c.IsAgent).OrderBy(c => c.Answered).ToList(), calls.Where(c => c.IsStart).ToLookup(c => c.Name, c => c.Received));
        run.Results.Add("latency_wakes", wakes.Count);
        Report("latency_request", [.. wakes.Select(w => created.First(c => c.Received >= w.Sent).Answered - w.Sent)]);
        Report("latency_start", [.. wakes.Select(w => starts[w.Target.Name].First() - w.Sent)]);
        Report("latency_running", [.. wakes.Select(w => w.Ended - w.Sent)]);
        Report("floor_start", [.. bare.Select(t => starts[t.Name].First() - floor.Begun[t.Name])]);
        foreach (var p in (int[])[50, 99]) run.Results.Add($"latency_start_p{p}_ratio", run.Results.Find($"latency_start_p{p}_ms")!.Value / run.Results.Find($"floor_start_p{p}_ms")!.Value);

        void Report(string what, List<TimeSpan> times)
        {
            foreach (var p in Percentiles) run.Results.Add($"{what}_p{p}_ms", Percentile.Of(times.ConvertAll(t => t.TotalMilliseconds), p));
        }
    }

    /// <summary>Sends a frame for each, when the machine of the one before runs.</summary>
    private static async Task<List<Wake>> WakeAsync(Stage stage, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var sent = new Dictionary<string, DateTimeOffset>();
        using var sender = stage.Network.Sender.Nic.OpenSender();
        using var machines = await RunWatch.StartAsync(stage.Cluster.AdminKubeconfig, cancellationToken);
        foreach (var target in targets)
        {
            var runs = machines.RunsAsync(target.Name);
            sent[target.Name] = TimeProvider.System.GetUtcNow();
            sender.Send(target.Frame);
            await runs.WaitAsync(Limit, cancellationToken);
            await Task.Delay(Floor.Rest, cancellationToken);
        }

        var requests = await stage.FinishedAsync(targets, Limit, cancellationToken);
        return [.. targets.Select(t => new Wake(t, sent[t.Name], requests[t.Mac.ToString()].First().Status!.CompletedAt!.Value))];
    }

    private static async Task BurstAsync(Run run, Stage stage, Floor floor, CancellationToken cancellationToken)
    {
        // As many for the floor: KubeVirt's work for those that are started is what slows down starting the others. On both sides of the product's, if there is the time.
        var (targets, bare) = (Target.Make(Burst), Target.Make(run.Size(2, 1) * Burst).Chunk(Burst).ToList());
        await stage.CreateMachinesAsync([.. targets, .. bare.SelectMany(b => b)], cancellationToken);
        var floors = new List<(TimeSpan Started, TimeSpan? Running)>();
        foreach (var before in bare[1..]) floors.Add(await floor.WakeTogetherAsync(before, untilTheyRun: true, cancellationToken));
        var ours = (Started: TimeSpan.Zero, Running: TimeSpan.Zero);
        await WithProductAsync(stage, async @operator => ours = await BurstAsync(run.Results, stage, @operator, targets, cancellationToken), cancellationToken);
        floors.Add(await floor.WakeTogetherAsync(bare[0], untilTheyRun: !run.IsQuick, cancellationToken));
        run.Results.Add("burst_1000_rate_ratio", floors.Average(f => f.Started.TotalSeconds) / ours.Started.TotalSeconds);
        if (floors.Average(f => f.Running?.TotalSeconds) is { } running) run.Results.Add("burst_1000_running_rate_ratio", running / ours.Running.TotalSeconds);
    }

    private static async Task<(TimeSpan Started, TimeSpan Running)> BurstAsync(Results results, Stage stage, RunningProgram @operator, Target[] targets, CancellationToken cancellationToken)
    {
        var before = await FinishedAsync();
        const int perTick = 20;
        using var sender = stage.Network.Sender.Nic.OpenSender();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 * perTick / Burst));
        var begun = TimeProvider.System.GetUtcNow();
        foreach (var chunk in targets.Chunk(perTick))
        {
            sender.SendBurst([.. chunk.Select(t => (ReadOnlyMemory<byte>)t.Frame)]);
            await pace.WaitForNextTickAsync(cancellationToken);
        }

        // The operator is asked, not the API server: listing a thousand requests over and over would slow down what is measured.
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        await Eventually.BecomesTrueAsync($"{targets.Length} requests are finished", Limit, async () =>
        {
            await looks.WaitForNextTickAsync(cancellationToken);
            return await FinishedAsync() >= before + targets.Length;
        }, cancellationToken);
        var requests = await stage.FinishedAsync(targets, Limit, cancellationToken);
        var calls = (await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken)).Where(c => c.Received >= begun).ToList();
        var starts = calls.Where(c => c.IsStart).ToLookup(c => c.Name);
        var ended = targets.Select(t => requests[t.Mac.ToString()].First()).ToList();
        var lastStart = targets.Where(t => starts.Contains(t.Name)).Max(t => starts[t.Name].First().Answered) - begun;
        var lastEnd = ended.Max(r => r.Status!.CompletedAt!.Value) - begun;
        results.Add("burst_1000_woken", ended.Count(r => r.Status!.Phase == WakePhase.Succeeded));
        results.Add("burst_1000_twice", targets.Count(t => starts[t.Name].Count() > 1));
        results.Add("burst_1000_seconds", lastEnd.TotalSeconds);
        results.Add("burst_1000_start_seconds", lastStart.TotalSeconds);
        results.Add("burst_1000_api_calls_per_wake", (double)calls.Count(c => c.IsWork) / targets.Length);
        return (lastStart, lastEnd);

        Task<double> FinishedAsync() => @operator.SumAsync("kubewol_requests_total{", cancellationToken);
    }

    /// <summary>Starts agent and operator, lets them wake a few machines (the first wakes of a process are slow), and stops them when the work is done.</summary>
    private static async Task WithProductAsync(Stage stage, Func<RunningProgram, Task> work, CancellationToken cancellationToken)
    {
        // Nobody shall act on the floor's requests.
        await stage.Cluster.Client.SendAsync(HttpMethod.Delete, WakeRequest.Type.Path(Installation.Namespace), null, null, cancellationToken);
        await Eventually.BecomesTrueAsync("no request is left", async () => (await stage.Cluster.RequestsAsync(cancellationToken)).Count == 0, cancellationToken);

        var warm = Target.Make(5);
        await stage.CreateMachinesAsync(warm, cancellationToken);
        await using var agent = await stage.Installation.StartAgentAsync(stage.Node, ["--interface", "eth0"], waitUntilReady: true, cancellationToken);
        await using var @operator = await stage.Installation.StartOperatorAsync("operator", [], cancellationToken);
        await WakeAsync(stage, warm, cancellationToken);
        await work(@operator);
    }

    private sealed record Wake(Target Target, DateTimeOffset Sent, DateTimeOffset Ended);
}
