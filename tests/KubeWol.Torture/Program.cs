// The torture test: real frames, real programs, a genuine API server, and everything breaks. And the soak: the same, and nothing breaks. eng/torture.sh starts it.
using System.CommandLine;
using KubeWol.TestCluster;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Running;
using KubeWol.Torture.Soaking;
using KubeWol.Torture.Staging;

var duration = new Option<int>("--duration") { Description = "Seconds for which messages are sent.", DefaultValueFactory = _ => 120 };
var seed = new Option<int?>("--seed") { Description = "Repeats the choices of a run; another one each time if not set." };
var soak = new Option<bool>("--soak") { Description = "Break nothing, and look for growth instead." };
var command = new RootCommand("Sends Wake-on-LAN frames while everything breaks, and judges what became of them.") { duration, seed, soak };
command.SetAction(async (given, cancellationToken) =>
{
    var plan = Plan.Make(given.GetValue(seed) ?? Random.Shared.Next(1, 1_000_000), TimeSpan.FromSeconds(given.GetValue(duration)));
    var again = $"make {(given.GetValue(soak) ? "soak" : "torture")} DURATION={plan.Length.TotalSeconds:0} SEED={plan.Seed}";
    try
    {
        return given.GetValue(soak) ? await SoakAsync(plan, again, cancellationToken) : await TortureAsync(plan, again, cancellationToken);
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return 130;
    }
    catch (TestClusterException e)
    {
        await Console.Error.WriteLineAsync($"torture: {e.Message} ({again})");
        return 2;
    }
});
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });

static async Task<int> TortureAsync(Plan plan, string again, CancellationToken cancellationToken)
{
    Console.WriteLine($"{plan.Messages.Count} messages and {plan.Lanes.Sum(l => l.Count)} faults in {plan.Length.TotalSeconds:0} s; {again} makes the same choices again");
    await using var stage = await Stage.SetAsync(Console.WriteLine, cancellationToken);
    using var run = new Run(stage, plan, Console.WriteLine);
    var report = await run.PlayAsync(cancellationToken);
    Console.WriteLine();
    Console.WriteLine(report);
    if (report.IsClean) return 0;
    Console.WriteLine($"{report.Verdict.Violations.Count} promises broken; {again}; logs are in {KeptLogs.Keep(stage.Cluster.LogFile(""), report)}");
    return 1;
}

static async Task<int> SoakAsync(Plan plan, string again, CancellationToken cancellationToken)
{
    Console.WriteLine($"{plan.Messages.Count} messages in {plan.Length.TotalSeconds:0} s; {again} makes the same choices again");
    await using var stage = await Stage.SetAsync(Console.WriteLine, cancellationToken);
    var report = await new Soak(stage, plan with { Lanes = [] }, Console.WriteLine).PlayAsync(cancellationToken);
    Console.WriteLine();
    Console.WriteLine(report);
    if (!report.IsClean) Console.WriteLine($"something grows; {again}");
    return report.IsClean ? 0 : 1;
}
