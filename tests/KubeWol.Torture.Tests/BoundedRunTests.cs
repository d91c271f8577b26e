using KubeWol.TestBed;
using KubeWol.Torture.Planning;
using KubeWol.Torture.Running;
using KubeWol.Torture.Staging;

namespace KubeWol.Torture.Tests;

/// <summary>The torture test itself, for so long as one can wait for it each time. make torture goes on for longer, and with other seeds.</summary>
public sealed class BoundedRunTests
{
    private const int Seed = 1;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Whatever_breaks_every_message_that_is_heard_ends_as_one_effect_or_one_refusal()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is { Length: > 0 }, "a cluster that was given to us is not tortured");
        var output = TestContext.Current.TestOutputHelper!;
        await using var stage = await Stage.SetAsync(output.WriteLine, TestContext.Current.CancellationToken);
        using var run = new Run(stage, Plan.Make(Seed, Length), output.WriteLine);
        var report = await run.PlayAsync(TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "torture.md"), $"{report}", TestContext.Current.CancellationToken);
        Assert.True(report.IsClean, $"make torture DURATION={Length.TotalSeconds:0} SEED={Seed} makes the same choices again; logs are in {(report.IsClean ? "" : KeptLogs.Keep(stage.Cluster.LogFile(""), report))}\n{report}");
    }
}
