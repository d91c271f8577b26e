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
        var (warm, wakes, before, after) = (Target.Make(10), Target.Make(run.Size(200, 30)), Target.Make(run.Size(100, 15)), Target.Make(run.Size(100, 15)));
        var (burst, floorBurst) = (Target.Make(Burst), Target.Make(run.Size(Burst, 200)));
        IReadOnlyList<Target> all = [.. warm, .. wakes, .. before, .. after, .. burst, .. floorBurst];
        await stage.CreateMachinesAsync(all, cancellationToken);

        // The floor is measured on both sides of the product: what the machine does besides then weighs on both alike.
        using var floor = await Floor.CreateAsync(stage, cancellationToken);
        await floor.WakeAsync(warm[..5], cancellationToken);
        await floor.WakeAsync(before, cancellationToken);
        var floorRates = await floor.WakeTogetherAsync(floorBurst, cancellationToken);
        await ForgetAsync(stage, cancellationToken);

        await using (var agent = await stage.Installation.StartAgentAsync(stage.Node, ["--interface", "eth0"], waitUntilReady: true, cancellationToken))
        await using (var @operator = await stage.Installation.StartOperatorAsync("operator", [], cancellationToken))
        {
            await WakeAsync(stage, warm[5..], cancellationToken);
            var sent = await WakeAsync(stage, wakes, cancellationToken);
            await ReportLatencyAsync(run.Results, stage, wakes, sent, cancellationToken);
            await BurstAsync(run.Results, stage, @operator, burst, floorRates, cancellationToken);
        }

        await ForgetAsync(stage, cancellationToken);
        await floor.WakeAsync(after, cancellationToken);
        var starts = (await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken)).Where(c => c.IsStart).ToLookup(c => c.Name);
        var times = before.Concat(after).Select(t => (starts[t.Name].First().Received - floor.Begun[t.Name]).TotalMilliseconds).ToList();
        foreach (var p in Percentiles) run.Results.Add($"floor_start_p{p}_ms", Percentile.Of(times, p));
        foreach (var p in (int[])[50, 99]) run.Results.Add($"latency_start_p{p}_ratio", run.Results.Find($"latency_start_p{p}_ms")!.Value / Percentile.Of(times, p));
    }

    /// <summary>Sends a frame for each, when the one before is done with.</summary>
    private static async Task<Dictionary<string, DateTimeOffset>> WakeAsync(Stage stage, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var sent = new Dictionary<string, DateTimeOffset>();
        using var sender = stage.Network.Sender.Nic.OpenSender();
        using var requests = await EndWatch.OfRequestsAsync(stage.Cluster.AdminKubeconfig, cancellationToken);
        foreach (var target in targets)
        {
            var finished = requests.EndedAsync(target.Mac.ToString());
            sent[target.Name] = TimeProvider.System.GetUtcNow();
            sender.Send(target.Frame);
            await finished.WaitAsync(Limit, cancellationToken);
            await Task.Delay(Floor.Rest, cancellationToken);
        }

        return sent;
    }

    private static async Task ReportLatencyAsync(Results results, Stage stage, Target[] targets, Dictionary<string, DateTimeOffset> sent, CancellationToken cancellationToken)
    {
        var requests = await stage.FinishedAsync(targets, Limit, cancellationToken);
        var calls = await ApiCall.ReadAsync(stage.Server.AuditLog!, cancellationToken);
        var (created, starts) = (calls.Where(c => c.IsRequestMade && c.IsAgent).OrderBy(c => c.Answered).ToList(), calls.Where(c => c.IsStart).ToLookup(c => c.Name));
        results.Add("latency_wakes", targets.Length);
        Report("request", t => created.First(c => c.Received >= sent[t.Name]).Answered);
        Report("start", t => starts[t.Name].First().Received);
        Report("running", t => requests[t.Mac.ToString()].First().Status!.CompletedAt!.Value);

        void Report(string what, Func<Target, DateTimeOffset> when)
        {
            var times = targets.Select(t => (when(t) - sent[t.Name]).TotalMilliseconds).ToList();
            foreach (var p in Percentiles) results.Add($"latency_{what}_p{p}_ms", Percentile.Of(times, p));
        }
    }

    private static async Task BurstAsync(Results results, Stage stage, RunningProgram @operator, Target[] targets, (double Started, double Running) floor, CancellationToken cancellationToken)
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
        var lastStart = (targets.Where(t => starts.Contains(t.Name)).Max(t => starts[t.Name].First().Answered) - begun).TotalSeconds;
        var lastEnd = (ended.Max(r => r.Status!.CompletedAt!.Value) - begun).TotalSeconds;
        results.Add("burst_1000_woken", ended.Count(r => r.Status!.Phase == WakePhase.Succeeded));
        results.Add("burst_1000_twice", targets.Count(t => starts[t.Name].Count() > 1));
        results.Add("burst_1000_seconds", lastEnd);
        results.Add("burst_1000_start_seconds", lastStart);
        results.Add("burst_1000_api_calls_per_wake", (double)calls.Count(c => c.IsWork) / targets.Length);
        results.Add("burst_1000_rate_ratio", targets.Length / lastStart / floor.Started);
        results.Add("burst_1000_running_rate_ratio", targets.Length / lastEnd / floor.Running);

        Task<double> FinishedAsync() => @operator.SumAsync("kubewol_requests_total{", cancellationToken);
    }

    /// <summary>Deletes all requests, so that nobody acts on those of the floor.</summary>
    private static async Task ForgetAsync(Stage stage, CancellationToken cancellationToken)
    {
        await stage.Cluster.Client.SendAsync(HttpMethod.Delete, WakeRequest.Type.Path(Installation.Namespace), null, null, cancellationToken);
        await Eventually.BecomesTrueAsync("no request is left", async () => (await stage.Cluster.RequestsAsync(cancellationToken)).Count == 0, cancellationToken);
    }
}
