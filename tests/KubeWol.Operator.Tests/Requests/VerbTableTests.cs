using CsCheck;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>The verb table, read as a table.</summary>
public sealed class VerbTableTests
{
    /// <summary>
    /// A star stands for every value, several words for several. "since" counts from when the operation was issued, "age" is that of a request with a
    /// deadline of 300 s, both in seconds. No wait is longer than what is left until the deadline; the lines do not repeat that.
    /// </summary>
    private const string Table = """
        action  | found | state       | ready | seen  | issued          | since  | age      -> plan

        Unknown | *     | *           | *     | *            | *               | *      | *        -> Refuse UnsupportedAction

        Wake    | 0     | *           | *     | *            | None            | *      | 0        -> Wait LookingForTarget 5 s
        Wake    | 0     | *           | *     | *            | None            | *      | 4        -> Wait LookingForTarget 1 s
        Wake    | 0     | *           | *     | *            | None            | *      | 5+       -> Refuse UnknownTarget
        Wake    | 0     | *           | *     | *            | Start Unpause   | *      | *        -> Refuse TargetVanished
        Wake    | 2     | *           | *     | *            | *               | *      | *        -> Refuse AmbiguousTarget

        Wake    | 1     | Stopped     | *     | *            | None Unpause    | *      | in-time  -> Act Start WaitingForStart
        Wake    | 1     | Stopped     | *     | *            | Start           | 0      | in-time  -> Wait WaitingForStart 5 s
        Wake    | 1     | Stopped     | *     | *            | Start           | 14     | in-time  -> Wait WaitingForStart 1 s
        Wake    | 1     | Stopped     | *     | *            | Start           | 15     | in-time  -> Act Start WaitingForStart

        Wake    | 1     | Paused      | *     | *            | None Start      | *      | in-time  -> Act Unpause WaitingForStart
        Wake    | 1     | Paused      | *     | *            | Unpause         | 0      | in-time  -> Wait WaitingForStart 5 s
        Wake    | 1     | Paused      | *     | *            | Unpause         | 14     | in-time  -> Wait WaitingForStart 1 s
        Wake    | 1     | Paused      | *     | *            | Unpause         | 15     | in-time  -> Act Unpause WaitingForStart

        Wake    | 1     | Running     | *     | no           | *               | *      | *        -> Done AlreadyActive
        Wake    | 1     | Running     | yes   | yes          | None            | *      | *        -> Done AlreadyActive
        Wake    | 1     | Running     | yes   | yes          | Start           | *      | *        -> Done Started
        Wake    | 1     | Running     | yes   | yes          | Unpause         | *      | *        -> Done Unpaused
        Wake    | 1     | Running     | no    | yes          | *               | *      | in-time  -> Wait WaitingForStart 5 s
        Wake    | 1     | Running     | no    | yes          | *               | *      | too-late -> Refuse DeadlineExceeded

        Wake    | 1     | Starting    | *     | *            | *               | *      | in-time  -> Wait WaitingForStart 5 s
        Wake    | 1     | Stopping    | *     | *            | *               | *      | in-time  -> Wait WaitingForStop 5 s
        Wake    | 1     | Migrating   | *     | *            | *               | *      | in-time  -> Wait WaitingForMigration 5 s
        Wake    | 1     | Recovering  | *     | *            | *               | *      | in-time  -> Wait WaitingForRecovery 5 s
        Wake    | 1     | Unknown     | *     | *            | *               | *      | in-time  -> Wait WaitingForRecovery 5 s

        Wake    | 1     | Terminating | *     | *            | *               | *      | *        -> Refuse TargetTerminating
        Wake    | 1     | Finished    | *     | *            | *               | *      | *        -> Refuse NotStartable
        Wake    | 1     | Receiving   | *     | *            | *               | *      | *        -> Refuse NotStartable

        Wake    | 1     | Stopped Paused Starting Stopping Migrating Recovering Unknown | * | * | * | * | too-late -> Refuse DeadlineExceeded
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(300);
    private static readonly Row[] Rows = [.. Table.Split('\n').Skip(1).Where(l => l.Length > 0).Select(Row.Parse)];

    public static TheoryData<string> Lines => [.. Rows.Select(r => r.Text)];

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_table_says_what_is_done(string line)
    {
        var row = Row.Parse(line);
        var situations = Everything.Where(row.Covers).ToList();

        Assert.NotEmpty(situations);
        Assert.All(situations, now => Assert.Equal(Shortened(row.Plan, now), Text(VerbTable.Decide(now))));
    }

    [Fact]
    public void Every_situation_stands_in_exactly_one_line()
    {
        foreach (var now in Everything)
        {
            Assert.True(
                Rows.Count(r => r.Covers(now)) == 1,
                $"{now} stands in these lines:\n{string.Join('\n', Rows.Where(r => r.Covers(now)).Select(r => r.Text))}");
        }
    }

    [Theory]
    [InlineData(299.999, "Act Start WaitingForStart")]
    [InlineData(300, "Refuse DeadlineExceeded")]
    [InlineData(300.001, "Refuse DeadlineExceeded")]
    public void The_deadline_is_over_when_it_is_reached(double age, string plan) => Assert.Equal(plan, Text(VerbTable.Decide(Stopped(age: age))));

    [Theory]
    [InlineData(4.999, "Wait LookingForTarget 0.001 s")]
    [InlineData(5, "Refuse UnknownTarget")]
    public void A_target_is_looked_for_until_the_search_time_is_reached(double age, string plan) =>
        Assert.Equal(plan, Text(VerbTable.Decide(Stopped(age: age) with { Found = 0 })));

    [Theory]
    [InlineData(14.999, "Wait WaitingForStart 0.001 s")]
    [InlineData(15, "Act Start WaitingForStart")]
    public void A_start_without_a_trace_is_repeated_when_the_trace_time_is_reached(double since, string plan) =>
        Assert.Equal(plan, Text(VerbTable.Decide(Stopped(age: 20) with { Issued = WakeOperation.Start, SinceIssued = TimeSpan.FromSeconds(since) })));

    [Fact]
    public void A_machine_that_is_ready_at_the_deadline_is_still_a_success() =>
        Assert.Equal(
            "Done Started",
            Text(VerbTable.Decide(Stopped(age: 10_000) with { State = MachineState.Running, IsReady = true, HadMachine = true, Issued = WakeOperation.Start })));

    [Theory]
    [InlineData(true, "Done Instantiated")]
    [InlineData(false, "Wait WaitingForStart 5 s")]
    public void A_machine_of_ones_own_making_that_runs_when_it_is_first_seen_was_instantiated(bool ready, string plan) => Assert.Equal(
        plan,
        Text(VerbTable.Decide(Stopped(age: 10) with { State = MachineState.Running, IsReady = ready, Created = true, Issued = WakeOperation.Create })));

    [Fact]
    public void A_request_from_the_future_waits_no_longer_than_usual() // the API server's clock is ahead of ours
    {
        Assert.Equal("Wait WaitingForStart 5 s", Text(VerbTable.Decide(Stopped(age: -60) with { State = MachineState.Starting })));
        Assert.Equal(
            "Wait WaitingForStart 5 s",
            Text(VerbTable.Decide(Stopped(age: 0) with { Issued = WakeOperation.Start, SinceIssued = TimeSpan.FromSeconds(-60) })));
        Assert.Equal("Wait LookingForTarget 5 s", Text(VerbTable.Decide(Stopped(age: -60) with { Found = 0 })));
    }

    [Fact]
    public void Whatever_the_situation_nothing_is_begun_too_late_and_every_wait_ends_by_the_deadline() => Any.Sample(now =>
    {
        var left = now.Deadline - now.Age;
        var plan = VerbTable.Decide(now);
        if (left <= TimeSpan.Zero) Assert.True(plan is Plan.Done or Plan.Refuse, $"{plan}");
        if (plan is Plan.Wait wait) Assert.InRange(wait.Look, TimeSpan.FromTicks(1), left);
        Assert.NotEqual(WakeReason.Unknown, plan.Reason);
    });

    [Fact]
    public void Each_state_knows_at_most_one_operation()
    {
        var operations = Everything.Select(now => (now.State, Plan: VerbTable.Decide(now) as Plan.Act)).Where(d => d.Plan is not null)
            .Select(d => $"{d.State}: {d.Plan!.Operation}").Distinct().Order();

        Assert.Equal(["Paused: Unpause", "Stopped: Start"], operations);
    }

    /// <summary>Every situation that the table can tell apart.</summary>
    private static IEnumerable<Situation> Everything =>
        from action in (WakeAction[])[WakeAction.Unknown, WakeAction.Wake]
        from found in (int[])[0, 1, 2]
        from state in Enum.GetValues<MachineState>()
        from ready in (bool[])[true, false]
        from ran in (bool[])[true, false]
        from issued in Row.Operations
        from since in (int[])[0, 14, 15]
        from age in (int[])[0, 4, 5, 296, 300, 301]
        select new Situation
        {
            Action = action,
            Found = found,
            State = state,
            IsReady = ready,
            HadMachine = ran,
            Issued = issued,
            SinceIssued = TimeSpan.FromSeconds(since),
            Age = TimeSpan.FromSeconds(age),
            Deadline = Deadline,
        };

    private static Gen<Situation> Any =>
        from what in Gen.Select(AnyOf<WakeAction>(), Gen.Int[0, 3], AnyOf<MachineState>())
        from seen in Gen.Select(Gen.Bool, Gen.Bool, AnyOf<WakeOperation>())
        from times in Gen.Select(
            Gen.Long[-TimeSpan.TicksPerMinute, TimeSpan.TicksPerDay], Gen.Long[-TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour], Gen.Int[5, 86_400])
        select new Situation
        {
            Action = what.Item1,
            Found = what.Item2,
            State = what.Item3,
            IsReady = seen.Item1,
            HadMachine = seen.Item2,
            Issued = seen.Item3,
            SinceIssued = new(times.Item1),
            Age = new(times.Item2),
            Deadline = TimeSpan.FromSeconds(times.Item3),
        };

    private static Gen<T> AnyOf<T>()
        where T : struct, Enum => Gen.Int[0, Enum.GetValues<T>().Length - 1].Select(i => Enum.GetValues<T>()[i]);

    private static Situation Stopped(double age) => new()
    {
        Action = WakeAction.Wake,
        Found = 1,
        State = MachineState.Stopped,
        Issued = WakeOperation.None,
        Age = TimeSpan.FromSeconds(age),
        Deadline = Deadline,
    };

    private static string Text(Plan plan) => plan switch
    {
        Plan.Act act => $"Act {act.Operation} {act.Reason}",
        Plan.Wait wait => $"Wait {wait.Reason} {wait.Look.TotalSeconds} s",
        _ => $"{plan.GetType().Name} {plan.Reason}",
    };

    private static string Shortened(string plan, Situation now) =>
        plan.EndsWith(" 5 s", StringComparison.Ordinal) && now.Deadline - now.Age < TimeSpan.FromSeconds(5)
            ? plan[..^3] + $"{(now.Deadline - now.Age).TotalSeconds} s"
            : plan;

    private sealed record Row(string Text, string[][] Cells, string Plan)
    {
        public static readonly WakeOperation[] Operations = [WakeOperation.None, WakeOperation.Start, WakeOperation.Unpause];

        public static Row Parse(string line)
        {
            var (left, plan) = line.Split("->") is [var l, var p] ? (l, p.Trim()) : throw new FormatException(line);
            return new(line, [.. left.Split('|').Select(c => c.Split(' ', StringSplitOptions.RemoveEmptyEntries))], plan);
        }

        public bool Covers(Situation now)
        {
            string[] ages = now.Age.TotalSeconds switch { 0 => ["0", "in-time"], 4 => ["4", "in-time"], < 300 => ["5+", "in-time"], _ => ["5+", "too-late"] };
            string[][] words =
            [
                [$"{now.Action}"], [$"{now.Found}"], [$"{now.State}"], [now.IsReady ? "yes" : "no"], [now.HadMachine ? "yes" : "no"],
                [$"{now.Issued}"], [$"{now.SinceIssued.TotalSeconds}"], ages,
            ];
            return Cells.Zip(words).All(c => c.First is ["*"] || c.First.Intersect(c.Second).Any());
        }
    }
}
