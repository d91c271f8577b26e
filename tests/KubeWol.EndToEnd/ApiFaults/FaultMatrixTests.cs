using KubeWol.EndToEnd.Verbs.Chaos;
using KubeWol.FaultProxy;
using KubeWol.TestBed;

namespace KubeWol.EndToEnd.ApiFaults;

/// <summary>
/// Every kind of error of the API server and of the way to it, at every call that agents and operators make, while every verb is played: all ends as
/// asked, each thing has been done once, and the table says how often which fault was injected where.
/// </summary>
public sealed class FaultMatrixTests
{
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
        await using var replicas = new Replicas(bed);
        await using var board = new RequestBoard(bed.Cluster);
        // A connection that is half open is half open for all that is on it: FailoverTests.
        FaultKind[] kinds = [.. Enum.GetValues<FaultKind>().Except([FaultKind.HalfOpen])];
        var rounds = new FaultRounds(bed);
        var casts = kinds.Select(kind => (Kind: kind, Cast: new FaultCast(bed, board, kind))).ToList();
        await bed.Cluster.Kubectl.ApplyAsync(rounds.Manifests + "\n---\n" + string.Concat(casts.Select((c, i) => c.Cast.Manifests(i))), Cancel);
        await Task.WhenAll(casts.Select(c => c.Cast.SetUpAsync()));

        foreach (var (kind, cast) in casts) OnFirstOfEachName(bed.Proxy, kind, cast);
        await Task.WhenAll(casts.Select(c => c.Cast.PlayAsync()).Append(PlayRoundsAsync()));

        var writes = bed.Proxy.Writes;
        foreach (var (_, cast) in casts) cast.Count(writes);
        var table = new FaultTable(bed.Proxy, kinds, Elsewhere);
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "fault-matrix.md"), table.Print(), Cancel);
        string[] wrong = [.. casts.SelectMany(c => c.Cast.Wrong), .. rounds.Wrong, .. table.Empty];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));

        async Task PlayRoundsAsync()
        {
            for (var round = 0; round < kinds.Length; round++) await rounds.PlayAsync(kinds[round], round);
        }
    }

    /// <summary>Of each call's name, the first that concerns the cast gets the fault.</summary>
    private static void OnFirstOfEachName(ApiProxy proxy, FaultKind kind, FaultCast cast)
    {
        var met = new HashSet<string>();
        proxy.Add(new(kind)
        {
            When = call =>
            {
                if (Fault.CannotMeet(kind, call) is not null || !cast.Concerns(call)) return false;
                lock (met) return met.Add($"{call.Caller} {call.Name}");
            },
        });
    }
}
