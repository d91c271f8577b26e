using KubeWol.Api.V1Alpha1;
using KubeWol.Torture.Checking;
using KubeWol.Torture.Journals;

namespace KubeWol.Torture.Tests.Checking;

/// <summary>A checker that never complains proves nothing: each promise is broken once, and it has to say so.</summary>
public sealed class CheckerTests
{
    [Fact]
    public void A_run_in_which_all_went_well_breaks_no_promise_and_every_message_is_counted_once()
    {
        var verdict = Checker.Judge(MadeUpRun.Clean().Journals);

        Assert.Empty(verdict.Violations);
        Assert.Equal((10, 10, 9, 7, 1, 0), (verdict.Frames, verdict.Messages, verdict.Accepted, verdict.WithEffect, verdict.AlreadySo, verdict.Unheard));
        Assert.Equal([new("WrongPassword", 1)], verdict.Refused);
        Assert.Equal([new(MessageKind.Damaged, 1)], verdict.LeftAlone);
        Assert.Equal(verdict.Messages, verdict.Accepted + verdict.LeftAlone.Values.Sum() + verdict.Unheard);
        Assert.Equal(verdict.Accepted, verdict.WithEffect + verdict.AlreadySo + verdict.Refused.Values.Sum());
    }

    [Fact]
    public void Whatever_one_line_of_the_store_is_left_out_the_checker_complains()
    {
        var lines = MadeUpRun.Clean().Store.Count;
        var unnoticed = new List<string>();
        for (var i = 0; i < lines; i++)
        {
            var run = MadeUpRun.Clean();
            var line = run.Store[i];
            run.Store.RemoveAt(i);
            // A machine's strategy while it is down, and the first half of a deletion, are followed by what says the same.
            var isSaidAgain = line.Object is { } json && line.Resource == "virtualmachines" && (json.GetRawText().Contains("Halted", StringComparison.Ordinal) || json.GetRawText().Contains("deletionTimestamp", StringComparison.Ordinal));
            // So is the end of an instance whose machine is deleted with it, and what was there before the run began.
            isSaidAgain |= line.Name == "guest" && line.Object is null;
            isSaidAgain |= line.Revision <= run.Beginning;
            // A request that did nothing may as well have been made and ended at once.
            isSaidAgain |= line.Name is "a" or "x" && line.Object?.TryGetProperty("status", out _) == false;
            if (!isSaidAgain && Checker.Judge(run.Journals).Violations.Count == 0) unnoticed.Add($"{line.Resource} {line.Name} {line.Revision}");
        }

        Assert.Empty(unnoticed);
    }

    [Fact]
    public void A_request_that_is_there_a_second_time_under_another_name_is_a_duplicate()
    {
        var run = MadeUpRun.Clean();
        run.Accepts(0, "again").Ends("again", WakeAction.Wake, "sleeper", WakeReason.AlreadyActive);

        Assert.Equal([Breach.Duplicated], Breaches(run));
    }

    [Fact]
    public void A_second_start_under_one_request_is_a_duplicate()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Instance("sleeper", "Running", uid: "first").Instance("sleeper", "Running", uid: "second").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Equal([Breach.Duplicated], Breaches(run));
    }

    [Fact]
    public void A_destroy_that_finds_nothing_left_may_have_done_it_before_it_could_say_so()
    {
        var run = new MadeUpRun().Has("guest");
        run.Beginning = run.Journals.Store[^1].Revision;
        run.Accepts(run.Send("guest", WakeAction.Destroy), "d").Deleting("guest").Gone("virtualmachines", "guest").Ends("d", WakeAction.Destroy, null, WakeReason.AlreadyGone);
        Assert.Empty(Checker.Judge(run.Journals).Violations);
    }

    [Fact]
    public void A_second_call_to_KubeVirt_under_one_request_is_a_duplicate()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Call("start", "sleeper").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Equal([Breach.Duplicated], Breaches(run));
    }

    [Theory]
    [InlineData("was carried out", true)]
    [InlineData("was forgotten", false)]
    [InlineData("was not struck out", true)]
    public void A_stop_may_be_said_again_only_when_KubeVirt_has_forgotten_it(string first, bool isDuplicate)
    {
        var run = new MadeUpRun().Has("runner").Instance("runner", "Scheduling", uid: "one");
        run.Beginning = run.Journals.Store[^1].Revision;
        run.Accepts(run.Send("runner", WakeAction.Sleep), "s").StopPending("runner", "one").Call("stop", "runner");
        if (first == "was carried out") run.Gone("virtualmachineinstances", "runner");
        if (first != "was not struck out") run.StopPending("runner", null);
        run.Call("stop", "runner");
        if (first != "was carried out") run.Gone("virtualmachineinstances", "runner");
        run.Ends("s", WakeAction.Sleep, "runner", WakeReason.Stopped);

        Assert.Equal(isDuplicate ? [Breach.Duplicated] : [], Breaches(run));
    }

    [Fact]
    public void A_stop_that_was_forgotten_and_not_said_again_did_not_happen()
    {
        var run = new MadeUpRun().Has("runner").Instance("runner", "Scheduling", uid: "one");
        run.Beginning = run.Journals.Store[^1].Revision;
        run.Accepts(run.Send("runner", WakeAction.Sleep), "s").StopPending("runner", "one").Call("stop", "runner").StopPending("runner", null).Ends("s", WakeAction.Sleep, "runner", WakeReason.Stopped);

        Assert.Contains(Breach.Untrue, Breaches(run));
    }

    [Fact]
    public void Two_requests_may_each_start_a_machine_once()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);
        run.Accepts(run.Send("sleeper", WakeAction.Sleep), "s").Call("stop", "sleeper").Gone("virtualmachineinstances", "sleeper").Ends("s", WakeAction.Sleep, "sleeper", WakeReason.Stopped);
        run.Accepts(run.Send("sleeper", WakeAction.Wake), "again").Call("start", "sleeper").Instance("sleeper", "Running").Ends("again", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Empty(Breaches(run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_start_that_was_accepted_may_show_when_its_request_has_given_way_unless_it_was_taken_back(bool isTakenBack)
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Superseded).Accepts(run.Send("sleeper", WakeAction.Sleep), "s");
        if (isTakenBack) run.Call("stop", "sleeper").Instance("sleeper", "Running").Gone("virtualmachineinstances", "sleeper");
        else run.Instance("sleeper", "Running").Call("stop", "sleeper").Gone("virtualmachineinstances", "sleeper");
        run.Ends("s", WakeAction.Sleep, "sleeper", WakeReason.Stopped);

        Assert.Equal(isTakenBack ? [Breach.Unasked] : [], Breaches(run));
    }

    [Theory]
    [InlineData(WakeOperation.Start, false)]
    [InlineData(WakeOperation.None, true)]
    public void So_may_a_start_by_the_run_strategy_if_its_request_says_that_it_was_its_own(WakeOperation operation, bool isUnasked)
    {
        var run = new MadeUpRun().Has("sleeper").Strategy("sleeper", "Halted");
        run.Beginning = run.Journals.Store[^1].Revision;
        run.Accepts(run.Send("sleeper", WakeAction.Wake), "w").Strategy("sleeper", "Always").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Superseded, operation: operation);
        run.Accepts(run.Send("sleeper", WakeAction.Sleep), "s").Instance("sleeper", "Running").Call("stop", "sleeper").Gone("virtualmachineinstances", "sleeper").Ends("s", WakeAction.Sleep, "sleeper", WakeReason.Stopped);

        Assert.Equal(isUnasked ? [Breach.Unasked] : [], Breaches(run));
    }

    [Theory]
    [InlineData("before it was asked for")]
    [InlineData("after its request had ended")]
    [InlineData("for a request that asks for the opposite")]
    [InlineData("on another machine")]
    public void A_machine_that_comes_up_without_being_asked_to_is_noticed(string how)
    {
        var run = Waking(out var message);
        if (how.StartsWith("before", StringComparison.Ordinal)) run.Instance("sleeper", "Running");
        run.Accepts(message, "w");
        if (how.StartsWith("on", StringComparison.Ordinal)) run.Has("other").Instance("other", "Running");
        run.Ends("w", how.StartsWith("for", StringComparison.Ordinal) ? WakeAction.Sleep : WakeAction.Wake, "sleeper", how.StartsWith("for", StringComparison.Ordinal) ? WakeReason.AlreadyInactive : WakeReason.AlreadyActive);
        if (how.StartsWith("after", StringComparison.Ordinal)) run.Instance("sleeper", "Running");
        if (how.StartsWith("for", StringComparison.Ordinal)) run.Instance("sleeper", "Running");

        Assert.Contains(Breach.Unasked, Breaches(run));
    }

    [Fact]
    public void A_migration_that_bears_the_name_of_another_request_is_noticed()
    {
        var run = Waking(out _);
        run.Accepts(run.Send("sleeper", WakeAction.Move), "m").Migration("somebody", "sleeper").Ends("m", WakeAction.Move, "sleeper", WakeReason.AlreadyThere);

        Assert.Contains(Breach.Unasked, Breaches(run));
    }

    [Fact]
    public void Somebody_else_who_calls_KubeVirt_is_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper", "system:serviceaccount:kubewol-system:kubewol-agent").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Equal([Breach.Unasked], Breaches(run));
    }

    [Fact]
    public void A_request_for_what_nobody_sent_is_noticed()
    {
        var run = MadeUpRun.Clean();
        run.Messages.RemoveAt(run.Messages.Count - 2);

        Assert.Contains(Breach.Unasked, Breaches(run));
    }

    [Fact]
    public void A_message_that_nobody_could_hear_is_counted_apart_and_is_not_lost()
    {
        var run = Waking(out var message);
        run.Nodes = [new("node-a") { Listening = [(TimeSpan.Zero, run.Messages[message].SentAt[0])] }];
        var verdict = Checker.Judge(run.Journals);

        Assert.Equal(1, verdict.Unheard);
        Assert.Empty(verdict.Violations);
    }

    [Fact]
    public void A_message_that_one_node_heard_and_of_which_nothing_came_is_lost()
    {
        var run = Waking(out _);
        run.Nodes = [new("node-a"), new("node-b") { Listening = [(TimeSpan.Zero, null)] }];

        Assert.Equal([Breach.Lost], Breaches(run));
    }

    [Theory]
    [InlineData("sleeper", Breach.WronglyJudged)]
    [InlineData("nobody", null)]
    public void An_agent_may_turn_away_what_is_for_an_address_that_no_machine_has_and_nothing_else(string machine, Breach? breach)
    {
        var run = Waking(out _);
        run.Messages.Clear();
        var message = run.Send(machine, WakeAction.Sleep);
        var verdict = Checker.Judge(run.Journals with { TurnedAway = new Dictionary<int, string> { [message] = "UnknownMac" } });

        Assert.Equal(1, verdict.TurnedAway["UnknownMac"]);
        Assert.Equal(breach is { } expected ? [expected] : [], verdict.Violations.Select(v => v.Breach));
    }

    [Fact]
    public void A_message_all_of_whose_requests_were_put_aside_is_lost()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Superseded);
        run.Store[^1] = run.Store[^1] with { Object = System.Text.Json.JsonDocument.Parse(run.Store[^1].Object!.Value.GetRawText().Replace("Superseded", "SameBroadcast", StringComparison.Ordinal)).RootElement };

        // An API that does not know the reason yet reads it as Unknown, and the request then ended without one.
        Assert.Contains(Breaches(run), breach => breach is Breach.Lost or Breach.Unfinished);
    }

    [Fact]
    public void A_request_that_has_not_ended_is_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w");

        Assert.Equal([Breach.Unfinished], Breaches(run));
    }

    [Fact]
    public void A_request_that_ended_long_after_its_deadline_is_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Ends("w", WakeAction.Wake, "sleeper", WakeReason.AlreadyActive, late: TimeSpan.FromSeconds(WakeRequestSpec.DefaultDeadlineSeconds + 60));

        Assert.Contains(Breach.Unfinished, Breaches(run));
    }

    [Fact]
    public void A_request_that_goes_on_after_its_end_is_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Superseded).Ends("w", WakeAction.Wake, "sleeper", WakeReason.Refused);

        Assert.Contains(Breach.Unfinished, Breaches(run));
    }

    [Theory]
    [InlineData(MessageKind.Ordinary, WakeReason.Refused)]
    [InlineData(MessageKind.Ordinary, WakeReason.UnknownTarget)]
    [InlineData(MessageKind.Ordinary, WakeReason.WrongPassword)]
    [InlineData(MessageKind.WrongPassword, WakeReason.AlreadyActive)]
    [InlineData(MessageKind.ForeignKey, WakeReason.AlreadyActive)]
    [InlineData(MessageKind.UnknownAddress, WakeReason.AlreadyActive)]
    [InlineData(MessageKind.Damaged, WakeReason.Superseded)]
    public void A_message_that_ended_as_it_must_not_is_noticed(MessageKind kind, WakeReason reason)
    {
        var run = Waking(out _);
        run.Messages.Clear();
        run.Accepts(run.Send("sleeper", WakeAction.Wake, kind), "w").Ends("w", WakeAction.Wake, "sleeper", reason);

        Assert.Contains(Breach.WronglyJudged, Breaches(run));
    }

    [Fact]
    public void The_last_word_counts_and_not_the_last_request()
    {
        var run = Waking(out var wake);
        var sleep = run.Send("sleeper", WakeAction.Sleep);
        run.Accepts(sleep, "s").Ends("s", WakeAction.Sleep, "sleeper", WakeReason.AlreadyInactive);
        run.Accepts(wake, "late").Call("start", "sleeper").Instance("sleeper", "Running").Ends("late", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Equal([Breach.LastWord], Breaches(run));
    }

    [Fact]
    public void A_run_strategy_that_is_not_the_owners_is_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Strategy("sleeper", "Manual").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);

        Assert.Equal([Breach.RunStrategy], Breaches(run));
    }

    [Fact]
    public void Two_machines_with_one_address_are_noticed()
    {
        var run = Waking(out var message);
        run.Accepts(message, "w").Call("start", "sleeper").Instance("sleeper", "Running").Ends("w", WakeAction.Wake, "sleeper", WakeReason.Started);
        run.Has("resleep"); // the same letters, and so the same address

        Assert.Contains(Breach.Duplicated, Breaches(run));
    }

    private static MadeUpRun Waking(out int message)
    {
        var run = new MadeUpRun().Has("sleeper");
        run.Beginning = run.Store[^1].Revision;
        message = run.Send("sleeper", WakeAction.Wake);
        return run;
    }

    private static List<Breach> Breaches(MadeUpRun run) => [.. Checker.Judge(run.Journals).Violations.Select(v => v.Breach).Distinct()];
}
