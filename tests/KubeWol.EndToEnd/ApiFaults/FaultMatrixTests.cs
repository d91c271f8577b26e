using System.Diagnostics;
using KubeWol.FaultProxy;
using KubeWol.TestBed;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>
/// Every kind of error of the API server and of the way to it, at every call that agents and operators make, while every verb is played: all ends as
/// asked, each thing has been done once, and the table says how often which fault was injected where.
/// </summary>
public sealed class FaultMatrixTests
{
    private const string KindsVariable = "KUBEWOL_FAULT_KINDS";

    /// <summary>Calls that meet their faults elsewhere, or never.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["POST leases"] = "LeaderLeaseFaultTests: made only while there is no lease",
        ["GET leases"] = "LeaderLeaseFaultTests: a standby's",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_error_at_every_call_leaves_every_request_as_asked_and_done_once()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "faults need an API server of our own");
        await using var bed = new Bed { IsProxied = true, OperatorArguments = ["--request-timeout", "2"], AgentArguments = ["--request-timeout", "2"] };
        await bed.InitializeAsync();
        await using var replicas = bed.KeepOperators();
        await using var board = new RequestBoard(bed.Cluster);
        // What befalls a whole connection befalls all that is on it: FailoverTests.
        FaultKind[] kinds = [.. Enum.GetValues<FaultKind>().Except([FaultKind.HalfOpen, FaultKind.Disconnect]).Where(IsWanted)];
        var rounds = new FaultRounds(bed);
        var casts = kinds.Select(kind => (Kind: kind, Cast: new FaultCast(bed, board, kind, () => replicas.All.Count > bed.Operators.Count))).ToList();
        await bed.Cluster.Kubectl.ApplyAsync(rounds.Manifests + "\n---\n" + string.Concat(casts.Select((c, i) => c.Cast.Manifests(i))), Cancel);
        await Task.WhenAll(casts.Select(c => c.Cast.SetUpAsync()).Append(rounds.SetUpAsync()));

        foreach (var (_, cast) in casts) cast.Begin();
        OneAfterTheOther(bed.Proxy, kinds, "GET /apis/template.kubevirt.io");
        OneAfterTheOther(bed.Proxy, kinds, "GET /apis/subresources.template.kubevirt.io");
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(casts.Select(c => TimedAsync($"{c.Kind} at machines", c.Cast.PlayAsync)).Append(PlayRoundsAsync()));

        var (machines, migrations, clones) = (await bed.Cluster.MachinesAsync(Cancel), await bed.Cluster.MigrationsAsync(Cancel), await bed.Cluster.ClonesAsync(Cancel));
        foreach (var (_, cast) in casts) cast.Count(bed.Cluster.KubeVirt!.Journal.Calls, machines, migrations, clones);
        var table = new FaultTable(bed.Proxy, kinds, Elsewhere);
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "fault-matrix.md"), table.Print(), Cancel);
        string[] wrong = [.. casts.SelectMany(c => c.Cast.Wrong), .. rounds.Wrong, .. table.Empty];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));

        async Task PlayRoundsAsync()
        {
            for (var round = 0; round < kinds.Length; round++) await TimedAsync($"{kinds[round]} at lists and watches", () => rounds.PlayAsync(kinds[round], round));
        }

        async Task TimedAsync(string what, Func<Task> play)
        {
            var began = watch.Elapsed;
            await play();
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {began.TotalSeconds:0.0}-{watch.Elapsed.TotalSeconds:0.0} s");
        }
    }

    /// <summary>KUBEWOL_FAULT_KINDS, a list with commas, plays only these.</summary>
    private static bool IsWanted(FaultKind kind) =>
        Environment.GetEnvironmentVariable(KindsVariable) is not { Length: > 0 } some || some.Split(',').Contains(kind.ToString());

    /// <summary>What cannot be told whom it concerns gets the faults in turn.</summary>
    private static void OneAfterTheOther(ApiProxy proxy, IEnumerable<FaultKind> kinds, string call)
    {
        foreach (var kind in kinds.Where(k => Fault.CannotMeet(k, call.Split(' ')[0]) is null)) proxy.Add(new(kind) { Call = call, Times = 1 });
    }
}
