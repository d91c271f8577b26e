using System.Globalization;
using KubeWol.EndToEnd.Verbs.Chaos;
using KubeWol.TestBed;

namespace KubeWol.EndToEnd.Verbs;

/// <summary>
/// Verbs at random on a dozen machines while leaders, agents and the API server die at random: a search for defects, no guard against old ones, and so
/// run on request. KUBEWOL_CHAOS_SECONDS says how long, KUBEWOL_CHAOS_SEED repeats the choices of a run; what they meet depends on the machine's speed.
/// </summary>
public sealed class ChaosTests
{
    [Fact]
    public async Task Whatever_breaks_every_request_ends_and_the_machines_are_as_the_last_word_says()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not broken");
        Assert.SkipWhen(Setting("KUBEWOL_CHAOS_SECONDS") is null, "KUBEWOL_CHAOS_SECONDS=60 make e2e looks for trouble that long");
        var seed = Setting("KUBEWOL_CHAOS_SEED") ?? Random.Shared.Next(1, 1_000_000);
        TestContext.Current.TestOutputHelper!.WriteLine($"KUBEWOL_CHAOS_SEED={seed}");
        await using var bed = new Bed { OperatorArguments = ["--log-level", "Debug"] };
        await bed.InitializeAsync();
        try
        {
            var cast = await Cast.CreateAsync(bed);
            await using var operators = new Replicas(bed);
            var faults = new Faults(bed, cast, operators, new Random(seed));
            var callers = new Callers(bed, cast, new Random(seed + 1));
            using (var over = new CancellationTokenSource())
            {
                var calling = callers.CallAsync(over.Token);
                try
                {
                    await faults.HappenAsync(TimeSpan.FromSeconds(Setting("KUBEWOL_CHAOS_SECONDS")!.Value));
                }
                finally
                {
                    await over.CancelAsync();
                    await calling;
                }
            }

            TestContext.Current.TestOutputHelper.WriteLine($"{callers.Asked} verbs, {callers.Unheard} of them to nobody, and {string.Join(", ", faults.Happened)}");
            await new Verdict(bed, cast, () => [.. operators.All, .. faults.Agents]).PassAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            bed.Cluster.Keep();
            var state = await bed.Cluster.Kubectl.RunAsync(["get", "vm,vmi,vmim,wakerequests,nodes", "-A", "-o", "yaml"], CancellationToken.None);
            await File.WriteAllTextAsync(bed.Cluster.LogFile("state.yaml"), state.Output, CancellationToken.None);
            throw new InvalidOperationException($"KUBEWOL_CHAOS_SEED={seed}, logs in {Path.GetDirectoryName(bed.Cluster.LogFile("x"))}: {e.Message}", e);
        }
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
