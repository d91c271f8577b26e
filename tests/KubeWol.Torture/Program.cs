// The torture test: real frames, real programs, a genuine API server, and everything breaks. eng/torture.sh starts it.
using System.CommandLine;
using KubeWol.TestCluster;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Running;
using KubeWol.Torture.Staging;

var duration = new Option<int>("--duration") { Description = "Seconds for which messages are sent.", DefaultValueFactory = _ => 120 };
var seed = new Option<int?>("--seed") { Description = "Repeats the choices of a run; another one each time if not set." };
var command = new RootCommand("Sends Wake-on-LAN frames while everything breaks, and judges what became of them.") { duration, seed };
command.SetAction(async (given, cancellationToken) =>
{
    var plan = Plan.Make(given.GetValue(seed) ?? Random.Shared.Next(1, 1_000_000), TimeSpan.FromSeconds(given.GetValue(duration)));
    var again = $"make torture DURATION={plan.Length.TotalSeconds:0} SEED={plan.Seed}";
    Console.WriteLine($"{plan.Messages.Count} messages and {plan.Lanes.Sum(l => l.Count)} faults in {plan.Length.TotalSeconds:0} s; {again} makes the same choices again");
    try
    {
        await using var stage = await Stage.SetAsync(Console.WriteLine, cancellationToken);
        using var run = new Run(stage, plan, Console.WriteLine);
        var report = await run.PlayAsync(cancellationToken);
        Console.WriteLine();
        Console.WriteLine(report);
        if (report.IsClean) return 0;
        Console.WriteLine($"{report.Verdict.Violations.Count} promises broken; {again}; logs are in {KeptLogs.Keep(stage.Cluster.LogFile(""), report)}");
        return 1;
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
