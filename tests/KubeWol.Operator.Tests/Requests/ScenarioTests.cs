using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>
/// Every verb in every state under every run strategy, from the request to its end, before KubeVirt's own rules: what is done, and how the machine is
/// then. Where an effect is missing, nothing was done.
/// </summary>
public sealed class ScenarioTests(SharedApi shared) : IClassFixture<SharedApi>
{
    /// <summary>"=" is the strategy that the machine had.</summary>
    private const string Table = """
        strategy                                       | state         | request     -> ends with         | effects                                         | strategy     | shows              | on

        Halted                                         | stopped       | wake        -> Started           | start                                           | Always       | Running            | node-a
        Manual                                         | stopped       | wake        -> Started           | start                                           | =            | Running            | node-a
        RerunOnFailure                                 | stopped       | wake        -> Started           | start                                           | =            | Running            | node-b
        running:false                                  | stopped       | wake        -> Started           | start                                           | running:true | Running            | node-a
        Always Manual RerunOnFailure Once running:true | starting      | wake        -> AlreadyActive     |                                                 | =            | Running            | node-a
        Always Manual RerunOnFailure Once running:true | running       | wake        -> AlreadyActive     |                                                 | =            | Running            | node-a
        Always Manual RerunOnFailure Once running:true | paused        | wake        -> Unpaused          | unpause                                         | =            | Running            | node-a
        Always Manual RerunOnFailure Once running:true | migrating     | wake        -> AlreadyActive     |                                                 | =            | Running            | node-c
        Always                                         | stopping      | wake        -> Started           | start                                           | =            | Running            | node-b
        Manual RerunOnFailure running:true             | stopping      | wake        -> Started           | start                                           | =            | Running            | node-b
        Once                                           | stopping      | wake        -> Started           | start                                           | Always       | Running            | node-b
        Always RerunOnFailure                          | crash-looping | wake        -> DeadlineExceeded  |                                                 | =            | CrashLoopBackOff   | -
        Always Manual RerunOnFailure Once running:true | unschedulable | wake        -> DeadlineExceeded  |                                                 | =            | ErrorUnschedulable | -
        Once                                           | finished      | wake        -> NotStartable      |                                                 | =            | Stopped            | node-a
        WaitAsReceiver                                 | receiving     | wake        -> NotStartable      |                                                 | =            | Stopped            | -
        Always Manual                                  | terminating   | wake        -> TargetTerminating |                                                 | gone         | gone               | -

        Halted Manual RerunOnFailure running:false     | stopped       | pause       -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always Manual RerunOnFailure Once running:true | starting      | pause       -> Paused            | pause                                           | =            | Paused             | node-a
        Always Manual RerunOnFailure Once running:true | running       | pause       -> Paused            | pause                                           | =            | Paused             | node-a
        Always Manual RerunOnFailure Once running:true | paused        | pause       -> AlreadyInactive   |                                                 | =            | Paused             | node-a
        Always Manual RerunOnFailure Once running:true | migrating     | pause       -> Paused            | pause                                           | =            | Paused             | node-c
        Always Once                                    | stopping      | pause       -> AlreadyInactive   |                                                 | Halted       | Stopped            | -
        Manual RerunOnFailure                          | stopping      | pause       -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always RerunOnFailure                          | crash-looping | pause       -> DeadlineExceeded  |                                                 | =            | CrashLoopBackOff   | -
        Always Manual                                  | unschedulable | pause       -> DeadlineExceeded  |                                                 | =            | ErrorUnschedulable | -
        Once                                           | finished      | pause       -> AlreadyInactive   |                                                 | =            | Stopped            | node-a
        WaitAsReceiver                                 | receiving     | pause       -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always Manual                                  | terminating   | pause       -> TargetTerminating |                                                 | gone         | gone               | -

        Halted Manual RerunOnFailure running:false     | stopped       | stop        -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always                                         | starting      | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Always                                         | running       | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Always                                         | paused        | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Always                                         | migrating     | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Always                                         | crash-looping | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Always                                         | unschedulable | stop        -> Stopped           | patch run-strategy=Always, stop                 | Halted       | Stopped            | -
        Manual RerunOnFailure                          | starting      | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        Manual RerunOnFailure                          | running       | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        Manual RerunOnFailure                          | paused        | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        Manual RerunOnFailure                          | migrating     | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        RerunOnFailure                                 | crash-looping | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        Manual RerunOnFailure                          | unschedulable | stop        -> Stopped           | stop                                            | =            | Stopped            | -
        Once                                           | starting      | stop        -> Stopped           | patch run-strategy=Once, stop                   | Halted       | Stopped            | -
        Once                                           | running       | stop        -> Stopped           | patch run-strategy=Once, stop                   | Halted       | Stopped            | -
        Once                                           | paused        | stop        -> Stopped           | patch run-strategy=Once, stop                   | Halted       | Stopped            | -
        Once                                           | migrating     | stop        -> Stopped           | patch run-strategy=Once, stop                   | Halted       | Stopped            | -
        running:true                                   | starting      | stop        -> Stopped           | patch run-strategy=Always, stop                 | running:false | Stopped           | -
        running:true                                   | running       | stop        -> Stopped           | patch run-strategy=Always, stop                 | running:false | Stopped           | -
        running:true                                   | paused        | stop        -> Stopped           | patch run-strategy=Always, stop                 | running:false | Stopped           | -
        Always Once                                    | stopping      | stop        -> AlreadyInactive   |                                                 | Halted       | Stopped            | -
        Manual RerunOnFailure                          | stopping      | stop        -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Once                                           | finished      | stop        -> AlreadyInactive   |                                                 | =            | Stopped            | node-a
        WaitAsReceiver                                 | receiving     | stop        -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always Manual                                  | terminating   | stop        -> TargetTerminating |                                                 | gone         | gone               | -

        Halted Manual                                  | stopped       | force       -> AlreadyInactive   |                                                 | =            | Stopped            | -
        Always                                         | running       | force       -> Stopped           | patch run-strategy=Always, stop {"gracePeriod":0} | Halted       | Stopped            | -
        Manual RerunOnFailure                          | running       | force       -> Stopped           | stop {"gracePeriod":0}                          | =            | Stopped            | -
        Once                                           | running       | force       -> Stopped           | patch run-strategy=Once, stop {"gracePeriod":0} | Halted       | Stopped            | -
        Always                                         | stopping      | force       -> Stopped           | stop {"gracePeriod":0}                          | Halted       | Stopped            | -
        Manual RerunOnFailure                          | stopping      | force       -> Stopped           | stop {"gracePeriod":0}                          | =            | Stopped            | -

        Halted Manual RerunOnFailure running:false     | stopped       | move node-b -> Placed            | place                                           | =            | Stopped            | -
        Halted                                         | stopped       | move        -> AlreadyThere      |                                                 | =            | Stopped            | -
        Always Manual RerunOnFailure Once running:true | starting      | move node-b -> Moved             | migrate                                         | =            | Running            | node-b
        Always Manual RerunOnFailure Once running:true | running       | move node-b -> Moved             | migrate                                         | =            | Running            | node-b
        Always Manual                                  | running       | move        -> Moved             | migrate                                         | =            | Running            | node-c
        Always Manual RerunOnFailure Once running:true | paused        | move node-b -> Moved             | migrate                                         | =            | Paused             | node-b
        Always Manual                                  | migrating     | move node-b -> Moved             | migrate                                         | =            | Running            | node-b
        Always Manual                                  | migrating     | move node-c -> AlreadyThere      |                                                 | =            | Running            | node-c
        Always Manual                                  | starting      | move node-a -> AlreadyThere      |                                                 | =            | Running            | node-a
        Always Manual RerunOnFailure Once running:true | running       | move node-a -> AlreadyThere      |                                                 | =            | Running            | node-a
        Always Manual                                  | paused        | move node-a -> AlreadyThere      |                                                 | =            | Paused             | node-a
        Always Once                                    | stopping      | move node-b -> Placed            | place                                           | Halted       | Stopped            | -
        Manual RerunOnFailure                          | stopping      | move node-b -> Placed            | place                                           | =            | Stopped            | -
        Always RerunOnFailure                          | crash-looping | move node-b -> DeadlineExceeded  |                                                 | =            | CrashLoopBackOff   | -
        Always Manual                                  | unschedulable | move node-b -> DeadlineExceeded  |                                                 | =            | ErrorUnschedulable | -
        Once                                           | finished      | move node-b -> Placed            | place                                           | =            | Stopped            | node-a
        WaitAsReceiver                                 | receiving     | move node-b -> NotMigratable     |                                                 | =            | Stopped            | -
        Always Manual                                  | terminating   | move node-b -> TargetTerminating |                                                 | gone         | gone               | -

        Halted Manual RerunOnFailure running:false     | stopped       | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always Manual RerunOnFailure Once running:true | starting      | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always Manual RerunOnFailure Once running:true | running       | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always Manual                                  | paused        | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always Manual                                  | migrating     | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always Manual                                  | stopping      | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always RerunOnFailure                          | crash-looping | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always                                         | unschedulable | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Once                                           | finished      | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        WaitAsReceiver                                 | receiving     | destroy     -> Destroyed         | delete                                          | gone         | gone               | -
        Always                                         | terminating   | destroy     -> AlreadyGone       |                                                 | gone         | gone               | -
        """;

    public static TheoryData<string, string, string, string> Cells
    {
        get
        {
            var lines = Table.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => l.Split("->")).Select(h => (Seen: Trimmed(h[0]), h[1]));
            return [.. lines.SelectMany(l => l.Seen[0].Split(' ').Select(strategy => (strategy, l.Seen[1], l.Seen[2], string.Join(" | ", Trimmed(l.Item2)))))];
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Asked_for_in_this_state_it_ends_like_this(string strategy, string state, string request, string end)
    {
        var outcome = await new Scenario(strategy, state, request).PlayAsync(shared.Api);

        var now = outcome.Strategy == strategy ? "=" : outcome.Strategy;
        Assert.Equal(end, $"{outcome.Reason} | {outcome.Effects} | {now} | {outcome.Shows} | {outcome.Node}");
    }

    public static TheoryData<string, string, string> Disturbed => new()
    {
        { "Halted", "stopped", "wake" },
        { "Manual", "stopped", "wake" },
        { "Always", "paused", "wake" },
        { "Once", "stopping", "wake" },
        { "Always", "running", "pause" },
        { "Manual", "starting", "pause" },
        { "Always", "running", "stop" },
        { "Manual", "paused", "stop" },
        { "Once", "running", "stop" },
        { "Always", "stopping", "force" },
        { "Always", "running", "move node-b" },
        { "Always", "running", "move" },
        { "Manual", "paused", "move node-b" },
        { "Halted", "stopped", "move node-b" },
        { "Manual", "running", "destroy" },
        { "Halted", "stopped", "destroy" },
    };

    [Theory]
    [MemberData(nameof(Disturbed))]
    public async Task Whichever_call_fails_and_wherever_the_operator_dies_the_machine_ends_the_same_and_nothing_is_done_twice(
        string strategy, string state, string request)
    {
        var scenario = new Scenario(strategy, state, request);
        var undisturbed = await scenario.PlayAsync(shared.Api);

        foreach (var fault in (Fault[])[Fault.DiesBefore, Fault.DiesAfter, Fault.AnswerLost, Fault.Refused])
        {
            for (var call = 0; call < undisturbed.Calls; call++)
            {
                var outcome = await scenario.PlayAsync(shared.Api, fault, call);

                Assert.Equal((undisturbed.Effects, End(undisturbed), fault, call), (outcome.Effects, End(outcome), fault, call));
                IsReasonFor(outcome, undisturbed);
            }
        }
    }

    /// <summary>The operator may ask again for what it cannot see to be under way; KubeVirt refuses it, or it makes no difference.</summary>
    [Theory]
    [MemberData(nameof(Disturbed))]
    public async Task However_far_behind_the_watches_are_the_machine_ends_the_same(string strategy, string state, string request)
    {
        var scenario = new Scenario(strategy, state, request);
        var undisturbed = await scenario.PlayAsync(shared.Api);

        foreach (var lag in (double[])[0.5, 3, 10, 20])
        {
            var late = await scenario.PlayAsync(shared.Api, lag: lag);
            Assert.Equal((undisturbed.Effects, End(undisturbed), undisturbed.Reason, lag), (Once(late.Effects), End(late), late.Reason, lag));

            for (var call = 0; call < undisturbed.Calls; call++)
            {
                var outcome = await scenario.PlayAsync(shared.Api, Fault.AnswerLost, call, lag);

                Assert.Equal((undisturbed.Effects, End(undisturbed), lag, call), (Once(outcome.Effects), End(outcome), lag, call));
                IsReasonFor(outcome, undisturbed);
            }
        }
    }

    private static (string, string, string, WakePhase?) End(Outcome outcome) => (outcome.Strategy, outcome.Shows, outcome.Node, outcome.Status.Phase);

    private static string Once(string effects) => string.Join(", ", effects.Split(", ").Distinct());

    /// <summary>Who did it may have been forgotten with the answer, if the request had not been told of it.</summary>
    private static void IsReasonFor(Outcome outcome, Outcome undisturbed) =>
        Assert.Contains(outcome.Reason, (string[])[undisturbed.Reason, "AlreadyActive", "AlreadyInactive", "AlreadyThere", "AlreadyGone"]);

    private static string[] Trimmed(string half) => half.Split('|', StringSplitOptions.TrimEntries);
}
