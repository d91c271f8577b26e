using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>What becomes of a machine's run strategy when it is put to sleep and woken again: it is never lost.</summary>
public sealed class RunStrategyTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private const string Machine = "team-a/web-01";

    /// <summary>
    /// The strategy a machine begins with, what its owner and the configuration say of a start, and its strategy and the note on it after a Sleep (Stop)
    /// and after the Wake that follows. A machine that is off to begin with is only woken.
    /// </summary>
    internal const string Table = """
        strategy       | owner's start-as | --start-as     -> asleep         | note           | awake          | calls of the wake

        Always         | -                | Always         -> Halted         | Always         | Always         | patch runStrategy=Always run-strategy=-
        Always         | -                | Manual         -> Halted         | Always         | Always         | patch runStrategy=Always run-strategy=-
        Always         | -                | RerunOnFailure -> Halted         | Always         | Always         | patch runStrategy=Always run-strategy=-
        Always         | Manual           | Always         -> Halted         | Always         | Always         | patch runStrategy=Always run-strategy=-
        Always         | Always           | Manual         -> Halted         | -              | Always         | start
        Once           | -                | Always         -> Halted         | Once           | Once           | patch runStrategy=Once run-strategy=-
        Once           | -                | Manual         -> Halted         | Once           | Once           | patch runStrategy=Once run-strategy=-
        Manual         | -                | Always         -> Manual         | -              | Manual         | start
        Manual         | Always           | Always         -> Manual         | -              | Manual         | start
        RerunOnFailure | -                | Always         -> RerunOnFailure | -              | RerunOnFailure | start
        running:true   | -                | Always         -> running:false  | Always         | running:true   | patch running=true run-strategy=-
        running:true   | -                | Manual         -> running:false  | Always         | running:true   | patch running=true run-strategy=-

        Halted         | -                | Always         -> Halted         | -              | Always         | start
        Halted         | -                | Manual         -> Halted         | -              | Manual         | patch runStrategy=Manual run-strategy=-, start
        Halted         | -                | RerunOnFailure -> Halted         | -              | RerunOnFailure | patch runStrategy=RerunOnFailure run-strategy=-
        Halted         | Manual           | Always         -> Halted         | -              | Manual         | patch runStrategy=Manual run-strategy=-, start
        Halted         | RerunOnFailure   | Always         -> Halted         | -              | RerunOnFailure | patch runStrategy=RerunOnFailure run-strategy=-
        Halted         | Always           | Manual         -> Halted         | -              | Always         | start
        Halted         | Once             | Always         -> Halted         | -              | Always         | start
        Halted         | nonsense         | Manual         -> Halted         | -              | Manual         | patch runStrategy=Manual run-strategy=-, start
        running:false  | -                | Manual         -> running:false  | -              | Manual         | patch running=- runStrategy=Manual run-strategy=-, start
        running:false  | -                | RerunOnFailure -> running:false  | -              | RerunOnFailure | patch running=- runStrategy=RerunOnFailure run-strategy=-
        """;

    public static TheoryData<string, string, string, string> Lines =>
    [
        .. from line in Table.Split('\n').Skip(1)
           where line.Length > 0
           let cells = line.Split("->")[0].Split('|', StringSplitOptions.TrimEntries)
           select new TheoryDataRow<string, string, string, string>(
               cells[0], cells[1], cells[2], string.Join(" | ", line[(line.IndexOf("->", StringComparison.Ordinal) + 2)..].Split('|', StringSplitOptions.TrimEntries))),
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_machine_wakes_as_it_was_before_it_was_put_to_sleep(string strategy, string owner, string configured, string expected)
    {
        await using var rehearsal = await StartAsync(strategy, owner, configured);
        if (rehearsal.KubeVirt[Machine].Vmi is not null) Assert.Equal(WakeReason.Stopped, await AskAsync(rehearsal, Some.Asking(WakeAction.Sleep, "team-a/down", sleep: new() { Mode = SleepMode.Stop })));
        var (asleep, note) = (Strategy(rehearsal), Note(rehearsal));
        rehearsal.KubeVirt.Effects.Clear();
        Assert.Equal(WakeReason.Started, await AskAsync(rehearsal, Some.Asking(WakeAction.Wake, "team-a/up")));

        Assert.Equal(expected, $"{asleep} | {note} | {Strategy(rehearsal)} | {string.Join(", ", rehearsal.KubeVirt.Effects)}");
        Assert.Equal("-", Note(rehearsal)); // nothing is left behind
    }

    [Fact]
    public async Task An_older_note_does_not_outlive_the_strategy_it_noted()
    {
        await using var rehearsal = await StartAsync("Once", "-", "Always");
        await AskAsync(rehearsal, Some.Asking(WakeAction.Sleep, "team-a/down", sleep: new() { Mode = SleepMode.Stop }));
        Assert.Equal("Once", Note(rehearsal));
        rehearsal.KubeVirt.SetStrategy(Machine, "Always"); // its owner starts it, for good
        await rehearsal.PassAsync(10, isAtWork: false);
        await AskAsync(rehearsal, Some.Asking(WakeAction.Sleep, "team-a/down-again", sleep: new() { Mode = SleepMode.Stop }));

        Assert.Equal("Always", Note(rehearsal));
        await AskAsync(rehearsal, Some.Asking(WakeAction.Wake, "team-a/up"));
        Assert.Equal("Always", Strategy(rehearsal));
    }

    [Fact]
    public async Task A_machine_that_is_changed_in_the_same_moment_is_read_again_before_its_strategy_is_noted()
    {
        await using var rehearsal = await StartAsync("Once", "-", "Always");
        rehearsal.Lag = TimeSpan.FromSeconds(3);
        rehearsal.KubeVirt.SetStrategy(Machine, "Manual"); // the watch has not told yet
        Assert.Equal(WakeReason.Stopped, await AskAsync(rehearsal, Some.Asking(WakeAction.Sleep, "team-a/down", sleep: new() { Mode = SleepMode.Stop })));

        Assert.Equal(("Manual", "-"), (Strategy(rehearsal), Note(rehearsal)));
        Assert.Equal(["stop"], rehearsal.KubeVirt.Effects);
    }

    [Theory]
    [InlineData("Always", "Running")] // KubeVirt starts it again
    [InlineData("Manual", "Stopped")]
    [InlineData("RerunOnFailure", "Stopped")]
    public async Task A_guest_that_powers_itself_off_after_a_wake_does_as_the_user_chose(string startAs, string shows)
    {
        await using var rehearsal = await StartAsync("Halted", "-", startAs, (TestCluster.KubeVirt.StandInAnnotations.Guest, "powers-off"), (TestCluster.KubeVirt.StandInAnnotations.RunSeconds, "40"));
        Assert.Equal(WakeReason.Started, await AskAsync(rehearsal, Some.Asking(WakeAction.Wake, "team-a/up")));
        await rehearsal.PassAsync(60, isAtWork: false);

        Assert.Equal((startAs, shows), (Strategy(rehearsal), rehearsal.KubeVirt[Machine].Vm!.Status.PrintableStatus));
    }

    private async Task<Rehearsal> StartAsync(string strategy, string owner, string configured, params (string, string)[] annotations)
    {
        var rehearsal = await Rehearsal.StartAsync(Some.Options with { StartAs = configured }, shared.Api);
        rehearsal.KubeVirt.Create(Machine, strategy, annotations: owner == "-" ? annotations : [.. annotations, (RunStrategyRecord.StartAsAnnotation, owner)]);
        await rehearsal.PassAsync(1, isAtWork: false);
        if (strategy == "Manual") rehearsal.KubeVirt.Do(Machine, "start");
        await rehearsal.PassAsync(10, isAtWork: false);
        rehearsal.KubeVirt.Effects.Clear();
        return rehearsal;
    }

    private static async Task<WakeReason?> AskAsync(Rehearsal rehearsal, WakeRequest request)
    {
        rehearsal.Ask(request);
        await rehearsal.PlayAsync();
        return rehearsal.StatusOf($"team-a/{request.Metadata.Name}").Reason;
    }

    private static string Strategy(Rehearsal rehearsal) =>
        rehearsal.KubeVirt[Machine].Vm!.Spec.Running is { } running ? $"running:{(running ? "true" : "false")}" : rehearsal.KubeVirt[Machine].Vm!.RunStrategy;

    private static string Note(Rehearsal rehearsal) => rehearsal.KubeVirt[Machine].Vm!.Metadata.Annotations?.GetValueOrDefault(RunStrategyRecord.Annotation) ?? "-";
}
