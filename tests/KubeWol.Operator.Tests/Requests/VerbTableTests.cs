using CsCheck;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>
/// The verb table, read as tables. The first says which of the others goes on. Ages are those of a request with a deadline of 300 s; a Wait lasts five
/// seconds, or less where it says so in brackets: (trace) until 15 s after the operation was issued, (search) until the request is 5 s old. No wait is
/// longer than what is left until the deadline; the lines do not repeat that.
/// </summary>
public sealed class VerbTableTests
{
    private const string Start = """
        verb             | found   | turn       | age     | migration                  -> plan

        Unknown          | *       | *                 | * | *                        -> Refuse UnsupportedAction
        not Unknown      | *       | SameBroadcast     | * | *                        -> Refuse SameBroadcast
        not Unknown      | none    | not SameBroadcast | * | *                        -> see Missing
        not Unknown      | several | not SameBroadcast | * | *                        -> Refuse AmbiguousTarget
        not Unknown      | one     | Superseded | *       | *                          -> Refuse Superseded
        not Unknown      | one     | Others     | in-time | *                          -> Wait WaitingForTurn
        not Unknown      | one     | Others     | late    | not Scheduling InFlight    -> Refuse DeadlineExceeded
        not Unknown      | one     | Others     | late    | Scheduling InFlight        -> Refuse DeadlineExceeded and cancel
        Wake Instantiate | one     | Mine       | *       | *                          -> see Waking
        Pause            | one     | Mine       | *       | *                          -> see Pausing
        Stop ForceStop   | one     | Mine       | *       | *                          -> see Stopping
        Move             | one     | Mine       | *       | *                          -> see Moving
        Destroy          | one     | Mine       | *       | *                          -> see Destroying
        """;

    private const string Missing = """
        verb                 | machine     | issued          | since | claim    | age       | turn           -> plan

        *                    | awaited     | not Create      | *     | *        | in-time   | *              -> Act Create WaitingForCreation
        *                    | awaited     | Create          | <15   | *        | in-time   | *              -> Wait WaitingForCreation (trace)
        *                    | awaited     | Create          | 15+   | *        | in-time   | *              -> Act Create WaitingForCreation
        *                    | awaited     | *               | *     | *        | late      | *              -> Refuse DeadlineExceeded and cancel
        Destroy              | not awaited | Delete          | *     | *        | *         | *              -> Done Destroyed
        Destroy              | not awaited | not None Delete | *     | *        | *         | *              -> Refuse TargetVanished
        not Destroy          | not awaited | not None        | *     | *        | *         | *              -> Refuse TargetVanished

        *                    | not awaited | None            | *     | *        | *         | Superseded     -> Refuse Superseded

        Wake Instantiate     | not awaited | None            | *     | one      | in-time   | not Superseded -> Act Create WaitingForCreation
        Wake Instantiate     | not awaited | None            | *     | one      | late      | not Superseded -> Refuse DeadlineExceeded and cancel
        Wake Instantiate     | not awaited | None            | *     | unusable | *         | not Superseded -> Refuse TooManyInstances
        Wake Instantiate     | not awaited | None            | *     | several  | *         | not Superseded -> Refuse AmbiguousTemplate

        Wake Instantiate     | not awaited | None            | *     | nobody   | young     | not Superseded -> Wait LookingForTarget (search)
        not Wake Instantiate | not awaited | None            | *     | *        | young     | not Superseded -> Wait LookingForTarget (search)
        Wake Instantiate     | met         | None            | *     | nobody   | not young | not Superseded -> Refuse TargetVanished
        Wake                 | unseen      | None            | *     | nobody   | not young | not Superseded -> Refuse UnknownTarget
        Instantiate          | unseen      | None            | *     | nobody   | not young | not Superseded -> Refuse TemplateNotUsable
        Pause Stop ForceStop | met         | None            | *     | *        | not young | not Superseded -> Refuse TargetVanished
        Pause Stop ForceStop | unseen      | None            | *     | *        | not young | not Superseded -> Refuse UnknownTarget
        Move                 | met         | None            | *     | *        | not young | not Superseded -> Refuse TargetVanished
        Move                 | unseen      | None            | *     | *        | not young | not Superseded -> Refuse UnknownTarget
        Destroy              | not awaited | None            | *     | *        | not young | not Superseded -> Done AlreadyGone
        """;

    private const string Waking = """
        state                                | machine | ready | issued            | since | age     -> plan

        Stopped                              | *       | *     | not Start         | *     | in-time -> Act Start WaitingForStart
        Stopped                              | *       | *     | Start             | <15   | in-time -> Wait WaitingForStart (trace)
        Stopped                              | *       | *     | Start             | 15+   | in-time -> Act Start WaitingForStart

        Paused                               | *       | *     | not Unpause       | *     | in-time -> Act Unpause WaitingForStart
        Paused                               | *       | *     | Unpause           | <15   | in-time -> Wait WaitingForStart (trace)
        Paused                               | *       | *     | Unpause           | 15+   | in-time -> Act Unpause WaitingForStart

        Running                              | unseen  | *     | *                 | *     | *       -> Done AlreadyActive
        Running                              | seen    | yes   | Start             | *     | *       -> Done Started
        Running                              | seen    | yes   | Unpause           | *     | *       -> Done Unpaused
        Running                              | seen    | yes   | not Start Unpause | *     | *       -> Done AlreadyActive
        Running                              | made    | yes   | *                 | *     | *       -> Done Instantiated
        Running                              | seen    | no    | *                 | *     | in-time -> Wait WaitingForStart
        Running                              | made    | no    | *                 | *     | in-time -> Wait WaitingForStart
        Running                              | seen    | no    | *                 | *     | late    -> Refuse DeadlineExceeded
        Running                              | made    | no    | *                 | *     | late    -> Refuse DeadlineExceeded

        Starting                             | *       | *     | *                 | *     | in-time -> Wait WaitingForStart
        Stopping                             | *       | *     | *                 | *     | in-time -> Wait WaitingForStop
        Migrating                            | *       | *     | *                 | *     | in-time -> Wait WaitingForMigration
        Recovering Unknown                   | *       | *     | *                 | *     | in-time -> Wait WaitingForRecovery

        Terminating                          | *       | *     | *                 | *     | *       -> Refuse TargetTerminating
        Finished Receiving                   | *       | *     | *                 | *     | *       -> Refuse NotStartable

        Stopped Paused Starting Stopping     | *       | *     | *                 | *     | late    -> Refuse DeadlineExceeded
        Migrating Recovering Unknown         | *       | *     | *                 | *     | late    -> Refuse DeadlineExceeded
        """;

    private const string Pausing = """
        state                          | issued    | since | age     -> plan

        Running                        | not Pause | *     | in-time -> Act Pause WaitingForPause
        Running                        | Pause     | <15   | in-time -> Wait WaitingForPause (trace)
        Running                        | Pause     | 15+   | in-time -> Act Pause WaitingForPause
        Paused                         | not Pause | *     | *       -> Done AlreadyInactive
        Paused                         | Pause     | *     | *       -> Done Paused
        Stopped Finished Receiving     | not Stop  | *     | *       -> Done AlreadyInactive
        Stopped Finished Receiving     | Stop      | *     | *       -> Done Stopped

        Starting                       | *         | *     | in-time -> Wait WaitingForStart
        Stopping                       | *         | *     | in-time -> Wait WaitingForStop
        Migrating                      | *         | *     | in-time -> Wait WaitingForMigration
        Recovering Unknown             | *         | *     | in-time -> Wait WaitingForRecovery
        Terminating                    | *         | *     | *       -> Refuse TargetTerminating

        Running Starting Stopping      | *         | *     | late    -> Refuse DeadlineExceeded
        Migrating Recovering Unknown   | *         | *     | late    -> Refuse DeadlineExceeded
        """;

    private const string Stopping = """
        verb           | state                        | issued   | since | age     -> plan

        Stop ForceStop | Running Paused Starting      | not Stop | *     | in-time -> Act Stop WaitingForStop
        Stop ForceStop | Running Paused Starting      | Stop     | <15   | in-time -> Wait WaitingForStop (trace)
        Stop ForceStop | Running Paused Starting      | Stop     | 15+   | in-time -> Act Stop WaitingForStop
        Stop ForceStop | Migrating Recovering Unknown | not Stop | *     | in-time -> Act Stop WaitingForStop
        Stop ForceStop | Migrating Recovering Unknown | Stop     | <15   | in-time -> Wait WaitingForStop (trace)
        Stop ForceStop | Migrating Recovering Unknown | Stop     | 15+   | in-time -> Act Stop WaitingForStop

        Stop           | Stopping                     | *        | *     | in-time -> Wait WaitingForStop
        ForceStop      | Stopping                     | not Stop | *     | in-time -> Act Stop WaitingForStop
        ForceStop      | Stopping                     | Stop     | *     | in-time -> Wait WaitingForStop

        Stop ForceStop | Stopped Finished Receiving   | not Stop | *     | *       -> Done AlreadyInactive
        Stop ForceStop | Stopped Finished Receiving   | Stop     | *     | *       -> Done Stopped
        Stop ForceStop | Terminating                  | *        | *     | *       -> Refuse TargetTerminating

        Stop ForceStop | Running Paused Starting      | *        | *     | late    -> Refuse DeadlineExceeded
        Stop ForceStop | Migrating Recovering Unknown | *        | *     | late    -> Refuse DeadlineExceeded
        Stop ForceStop | Stopping                     | *        | *     | late    -> Refuse DeadlineExceeded
        """;

    private const string Moving = """
        state                       | problem      | there | placed | fixed | migration               | issued          | since | age     -> plan

        Running Paused              | NodeNotFound | *     | *      | *     | Scheduling              | *               | *     | *       -> Refuse NodeNotFound and cancel
        Running Paused              | -            | *     | *      | *     | Scheduling              | *               | *     | in-time -> Wait WaitingForMigration
        Running Paused              | *            | *     | *      | *     | InFlight                | *               | *     | in-time -> Wait WaitingForMigration
        Running Paused              | *            | yes   | *      | *     | Succeeded               | *               | *     | *       -> Done Moved
        Running Paused              | *            | yes   | *      | *     | None Failed             | LiveMigrate     | *     | *       -> Done Moved
        Running Paused              | *            | yes   | *      | *     | None Failed             | not LiveMigrate | *     | *       -> Done AlreadyThere
        Running Paused              | *            | no    | *      | *     | Succeeded               | *               | *     | in-time -> Wait WaitingForMigration
        Running Paused              | *            | no    | *      | *     | Failed                  | *               | *     | *       -> Refuse MigrationFailed
        Running Paused              | NodeNotFound | no    | *      | *     | None                    | *               | *     | *       -> Refuse NodeNotFound
        Running Paused              | -            | no    | *      | yes   | None                    | *               | *     | *       -> Refuse NotMigratable
        Running Paused              | -            | no    | *      | no    | None                    | not LiveMigrate | *     | in-time -> Act LiveMigrate WaitingForMigration
        Running Paused              | -            | no    | *      | no    | None                    | LiveMigrate     | <15   | in-time -> Wait WaitingForMigration (trace)
        Running Paused              | -            | no    | *      | no    | None                    | LiveMigrate     | 15+   | in-time -> Act LiveMigrate WaitingForMigration
        Running Paused              | -            | no    | *      | no    | None                    | *               | *     | late    -> Refuse DeadlineExceeded
        Running Paused              | -            | *     | *      | *     | Scheduling              | *               | *     | late    -> Refuse DeadlineExceeded and cancel
        Running Paused              | *            | *     | *      | *     | InFlight                | *               | *     | late    -> Refuse DeadlineExceeded and cancel
        Running Paused              | *            | no    | *      | *     | Succeeded               | *               | *     | late    -> Refuse DeadlineExceeded

        Stopped Finished            | NodeNotFound | *     | *      | *     | *                       | *               | *     | *       -> Refuse NodeNotFound
        Stopped Finished            | -            | *     | yes    | *     | *                       | Place           | *     | *       -> Done Placed
        Stopped Finished            | -            | *     | yes    | *     | *                       | not Place       | *     | *       -> Done AlreadyThere
        Stopped Finished            | -            | *     | no     | *     | *                       | not Place       | *     | in-time -> Act Place WaitingForPlacement
        Stopped Finished            | -            | *     | no     | *     | *                       | Place           | <15   | in-time -> Wait WaitingForPlacement (trace)
        Stopped Finished            | -            | *     | no     | *     | *                       | Place           | 15+   | in-time -> Act Place WaitingForPlacement
        Stopped Finished            | -            | *     | no     | *     | not Scheduling InFlight | *               | *     | late    -> Refuse DeadlineExceeded
        Stopped Finished            | -            | *     | no     | *     | Scheduling InFlight     | *               | *     | late    -> Refuse DeadlineExceeded and cancel

        Migrating                   | *            | *     | *      | *     | *                       | *               | *     | in-time -> Wait WaitingForMigration
        Starting                    | *            | *     | *      | *     | *                       | *               | *     | in-time -> Wait WaitingForStart
        Stopping                    | *            | *     | *      | *     | *                       | *               | *     | in-time -> Wait WaitingForStop
        Recovering Unknown          | *            | *     | *      | *     | *                       | *               | *     | in-time -> Wait WaitingForRecovery
        Migrating Starting Stopping | *            | *     | *      | *     | not Scheduling InFlight | *               | *     | late    -> Refuse DeadlineExceeded
        Migrating Starting Stopping | *            | *     | *      | *     | Scheduling InFlight     | *               | *     | late    -> Refuse DeadlineExceeded and cancel
        Recovering Unknown          | *            | *     | *      | *     | not Scheduling InFlight | *               | *     | late    -> Refuse DeadlineExceeded
        Recovering Unknown          | *            | *     | *      | *     | Scheduling InFlight     | *               | *     | late    -> Refuse DeadlineExceeded and cancel

        Terminating                 | *            | *     | *      | *     | *                       | *               | *     | *       -> Refuse TargetTerminating
        Receiving                   | *            | *     | *      | *     | *                       | *               | *     | *       -> Refuse NotMigratable
        """;

    private const string Destroying = """
        state           | issued     | since | age     -> plan

        Terminating     | *          | *     | in-time -> Wait WaitingForDeletion
        not Terminating | not Delete | *     | in-time -> Act Delete WaitingForDeletion
        not Terminating | Delete     | <15   | in-time -> Wait WaitingForDeletion (trace)
        not Terminating | Delete     | 15+   | in-time -> Act Delete WaitingForDeletion
        *               | *          | *     | late    -> Refuse DeadlineExceeded
        """;

    private static readonly Dictionary<string, DecisionTable> Tables = new()
    {
        [nameof(Start)] = new(Start, s => s),
        [nameof(Missing)] = new(Missing, s => s with { Found = 0 }, s => s.Turn != Turn.SameBroadcast && s.Action != WakeAction.Unknown && s is not { Action: WakeAction.Sleep, Sleep: SleepMode.Unknown }),
        [nameof(Waking)] = new(Waking, s => s with { Action = WakeAction.Wake }),
        [nameof(Pausing)] = new(Pausing, s => s with { Action = WakeAction.Sleep, Sleep = SleepMode.Pause }),
        [nameof(Stopping)] = new(Stopping, s => s, s => s is { Action: WakeAction.Sleep, Sleep: SleepMode.Stop }),
        [nameof(Moving)] = new(Moving, s => s with { Action = WakeAction.Move }),
        [nameof(Destroying)] = new(Destroying, s => s with { Action = WakeAction.Destroy }),
    };

    /// <summary>Every situation of every table.</summary>
    internal static IEnumerable<Situation> EverySituation =>
        from table in Tables
        from situations in table.Value.Everything
        from now in situations.Situations
        from action in (WakeAction[])(table.Key == nameof(Waking) ? [WakeAction.Wake, WakeAction.Instantiate] : [now.Action])
        select now with { Action = action };

    public static TheoryData<string> Names => [.. Tables.Keys];

    public static IEnumerable<TheoryDataRow<string, string>> Lines =>
        Tables.SelectMany(t => t.Value.Rows.Select(row => new TheoryDataRow<string, string>(t.Key, row.Text) { TestDisplayName = $"{t.Key}: {row.Text}" }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_situation_stands_in_exactly_one_line(string name)
    {
        foreach (var (rows, situations) in Tables[name].Everything)
        {
            if (rows.Count != 1) Assert.Fail($"{situations[0]} stands in these lines:\n{string.Join('\n', rows.Select(r => r.Text))}");
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_table_says_what_is_done(string name, string line)
    {
        var (rows, situations) = Assert.Single(Tables[name].Everything, c => c.Rows is [var only] && only.Text == line);
        if (rows[0].Plan.Split(' ') is ["see", var next]) Assert.Contains(next, Tables);
        else foreach (var now in situations) Assert.Equal(Written(rows[0].Plan, now), Text(VerbTable.Decide(now)));
    }

    [Fact]
    public void What_has_no_column_in_a_table_makes_no_difference() => Any.Sample(
        now =>
        {
            var row = Tables[nameof(Start)].For(now);
            if (row.Plan.Split(' ') is ["see", var next]) row = Tables[next].For(now);
            var wanted = row.Plan.Replace("TooManyInstances", $"{now.Claim.Problem}", StringComparison.Ordinal);
            Assert.Equal(wanted.Split(" (")[0], Text(VerbTable.Decide(now), timed: false));
        },
        iter: 5_000);

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
    public void A_migration_that_the_request_began_is_never_left_under_way_when_it_gives_up() => Any.Where(now => now.Action == WakeAction.Move).Sample(now =>
    {
        // A machine that goes away takes its migration with it, and one that is superseded has begun nothing.
        if (VerbTable.Decide(now) is not Plan.Refuse { Reason: not (WakeReason.TargetTerminating or WakeReason.Superseded or WakeReason.SameBroadcast or WakeReason.NotMigratable) } refusal) return;
        if (now is { Found: 1, State: MachineState.Running or MachineState.Paused or MachineState.Migrating })
        {
            Assert.Equal(now.Movement.Migration is MigrationProgress.Scheduling or MigrationProgress.InFlight, refusal.CancelMigration);
        }
    });

    /// <summary>Any situation that can be read: what templates claim is read of a missing machine only, and movement of a machine that is to move.</summary>
    private static Gen<Situation> Any =>
        from values in Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue])
        from times in Gen.Select(
            Gen.Long[-TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour], Gen.Long[-TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour], Gen.Int[5, 86_400])
        select Readable(Random(new Random(HashCode.Combine(values.Item1, values.Item2, values.Item3)))) with
        {
            SinceIssued = new(times.Item1),
            Age = new(times.Item2),
            Deadline = TimeSpan.FromSeconds(times.Item3 % (times.Item3 % 2 == 0 ? 1000 : 86_400) + 5),
        };

    private static Situation Random(Random random) =>
        Aspect.All.Values.Aggregate(Stopped(age: 0), (now, aspect) => aspect.Values[random.Next(aspect.Values.Count)](now));

    private static Situation Readable(Situation now) => now with
    {
        Movement = now is { Action: WakeAction.Move, Found: 1 } ? now.Movement : default,
        Claim = now.Found == 0 ? now.Claim : default,
    };

    private static Situation Stopped(double age) => new()
    {
        Action = WakeAction.Wake,
        Found = 1,
        State = MachineState.Stopped,
        Issued = WakeOperation.None,
        Age = TimeSpan.FromSeconds(age),
        Deadline = Aspect.Deadline,
    };

    private static string Text(Plan plan, bool timed = true) => plan switch
    {
        Plan.Act act => $"Act {act.Operation} {act.Reason}",
        Plan.Wait wait => $"Wait {wait.Reason}{(timed ? $" {wait.Look.TotalSeconds} s" : "")}",
        Plan.Refuse { CancelMigration: true } or Plan.Refuse { CancelCreation: true } => $"Refuse {plan.Reason} and cancel",
        _ => $"{plan.GetType().Name} {plan.Reason}",
    };

    /// <summary>The plan of a line with the length of its wait.</summary>
    private static string Written(string plan, Situation now)
    {
        if (!plan.StartsWith("Wait", StringComparison.Ordinal)) return plan;
        TimeSpan[] bounds =
        [
            VerbTable.LookAgain, now.Deadline - now.Age,
            plan.EndsWith("(trace)", StringComparison.Ordinal) ? VerbTable.TraceTime - now.SinceIssued : TimeSpan.MaxValue,
            plan.EndsWith("(search)", StringComparison.Ordinal) ? VerbTable.SearchTime - now.Age : TimeSpan.MaxValue,
        ];
        return $"{plan.Split(" (")[0]} {bounds.Min().TotalSeconds} s";
    }
}
