using KubeWol.Api.KubeVirt;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Targets;

/// <summary>What a machine is taken to be doing.</summary>
public sealed class MachineStateTests
{
    /// <summary>Every word of printableStatus under every run strategy, with nothing else known: no instance, no request under way, no failure.</summary>
    private const string Words = """
        printableStatus         Always      Halted      Manual      RerunOnFailure Once        WaitAsReceiver running:true running:false neither
        (none)                  Starting    Stopped     Stopped     Stopped        Starting    Receiving      Starting     Stopped       Stopped
        Stopped                 Starting    Stopped     Stopped     Stopped        Starting    Receiving      Starting     Stopped       Stopped
        Provisioning            Starting    Stopped     Stopped     Stopped        Starting    Receiving      Starting     Stopped       Stopped
        Starting                Starting    Stopping    Starting    Starting       Starting    Receiving      Starting     Stopping      Stopping
        Running                 Running     Stopping    Running     Running        Running     Running        Running      Stopping      Stopping
        Paused                  Paused      Stopping    Paused      Paused         Paused      Paused         Paused       Stopping      Stopping
        Stopping                Stopping    Stopping    Stopping    Stopping       Stopping    Stopping       Stopping     Stopping      Stopping
        Terminating             Terminating Terminating Terminating Terminating    Terminating Terminating    Terminating  Terminating   Terminating
        CrashLoopBackOff        Recovering  Recovering  Recovering  Recovering     Recovering  Receiving      Recovering   Recovering    Recovering
        Migrating               Migrating   Stopping    Migrating   Migrating      Migrating   Migrating      Migrating    Stopping      Stopping
        Unknown                 Unknown     Unknown     Unknown     Unknown        Unknown     Receiving      Unknown      Unknown       Unknown
        ErrorUnschedulable      Recovering  Stopped     Stopped     Stopped        Recovering  Receiving      Recovering   Stopped       Stopped
        ErrImagePull            Recovering  Stopped     Stopped     Stopped        Recovering  Receiving      Recovering   Stopped       Stopped
        ImagePullBackOff        Recovering  Stopped     Stopped     Stopped        Recovering  Receiving      Recovering   Stopped       Stopped
        ErrorPvcNotFound        Recovering  Stopped     Stopped     Stopped        Recovering  Receiving      Recovering   Stopped       Stopped
        DataVolumeError         Recovering  Stopped     Stopped     Stopped        Recovering  Receiving      Recovering   Stopped       Stopped
        WaitingForVolumeBinding Starting    Stopped     Stopped     Stopped        Starting    Receiving      Starting     Stopped       Stopped
        WaitingForReceiver      Receiving   Receiving   Receiving   Receiving      Receiving   Receiving      Receiving    Receiving     Receiving
        Hibernating             Unknown     Stopped     Stopped     Stopped        Unknown     Receiving      Unknown      Stopped       Stopped
        """;

    /// <summary>What else is seen of a machine, one story a line.</summary>
    private const string Stories = """
        runStrategy    | printableStatus         | instance   | created | requests   | failure | deleted -> state          what it is

        Halted         | Provisioning            | -          | -       | -          | -       | -       -> Stopped        its volumes are being filled, and it is off
        Halted         | Stopped                 | -          | -       | Start      | -       | -       -> Starting       started paused: KubeVirt is about to set it to Always
        Halted         | Running                 | Running    | yes     | -          | -       | -       -> Stopping       told to stop a moment ago
        Halted         | Starting                | Scheduled  | yes     | -          | -       | -       -> Stopping       told to stop while it starts
        Halted         | Stopping                | Running    | yes     | -          | -       | -       -> Stopping       stopping
        Halted         | Stopped                 | Running    | yes     | -          | -       | -       -> Starting       our view of the instance is behind: its end brings the request back
        Halted         | Stopped                 | Failed     | yes     | -          | -       | -       -> Stopped        the instance has ended

        Manual         | Stopped                 | -          | -       | Start      | -       | -       -> Starting       a start was accepted
        Manual         | Provisioning            | -          | -       | Start      | -       | -       -> Starting       a start was accepted, its volumes are being filled
        Manual         | Stopped                 | Succeeded  | yes     | -          | -       | -       -> Stopped        the guest powered itself off
        Manual         | Stopped                 | -          | yes     | -          | -       | -       -> Starting       created, and the instance is not in view yet
        Manual         | Running                 | Running    | yes     | Stop       | -       | -       -> Stopping       told to stop a moment ago
        Manual         | Paused                  | Running    | yes     | Stop       | -       | -       -> Stopping       told to stop while paused
        Manual         | Migrating               | Running    | yes     | Stop       | -       | -       -> Stopping       told to stop while it moves
        Manual         | Running                 | Running    | yes     | Stop Start | -       | -       -> Stopping       told to restart a moment ago
        Manual         | Stopped                 | -          | -       | Stop       | -       | -       -> Stopped        stopped, and the request is not tidied away yet
        Manual         | Stopped                 | -          | -       | Start      | yes     | -       -> Recovering     a start was accepted, and a quota refuses the instance
        Manual         | ErrorUnschedulable      | Scheduling | yes     | -          | -       | -       -> Recovering     no node has room for it
        Manual         | WaitingForVolumeBinding | Pending    | yes     | -          | -       | -       -> Starting       its volume is bound once its pod has a node

        RerunOnFailure | (none)                  | -          | -       | -          | -       | -       -> Stopped        just created: KubeVirt is about to start it, and a start does no harm
        RerunOnFailure | Stopped                 | -          | -       | -          | -       | -       -> Stopped        the guest powered itself off
        RerunOnFailure | Stopped                 | Failed     | yes     | Start      | -       | -       -> Starting       failed, and is run again
        RerunOnFailure | CrashLoopBackOff        | -          | -       | Start      | -       | -       -> Recovering     fails again and again

        Always         | Stopped                 | -          | -       | -          | -       | -       -> Starting       KubeVirt is about to create the instance
        Always         | Stopped                 | Succeeded  | yes     | -          | -       | -       -> Starting       the guest powered itself off, and is started again
        Always         | Stopped                 | -          | -       | -          | yes     | -       -> Recovering     a quota refuses the instance
        Always         | Running                 | Running    | yes     | Stop Start | -       | -       -> Stopping       told to restart a moment ago
        Always         | CrashLoopBackOff        | -          | -       | -          | yes     | -       -> Recovering     fails again and again
        Always         | Running                 | Running    | yes     | -          | yes     | -       -> Running        an old failure does not matter

        Once           | (none)                  | -          | -       | -          | -       | -       -> Starting       before its run
        Once           | Stopped                 | Succeeded  | yes     | -          | -       | -       -> Finished       after its run
        Once           | Stopped                 | Failed     | yes     | -          | -       | -       -> Finished       after its run
        Once           | DataVolumeError         | Succeeded  | yes     | -          | -       | -       -> Finished       after its run, and its volume has gone bad
        Once           | Running                 | Running    | yes     | -          | -       | -       -> Running        in its run

        WaitAsReceiver | WaitingForReceiver      | -          | -       | -          | -       | -       -> Receiving      waits for a migration
        WaitAsReceiver | Running                 | Running    | yes     | -          | -       | -       -> Running        has arrived

        Always         | Running                 | Running    | yes     | -          | -       | yes     -> Terminating    being deleted, whatever it shows
        Halted         | Stopped                 | -          | -       | -          | -       | yes     -> Terminating    being deleted
        """;

    public static TheoryData<string, string, string> Matrix
    {
        get
        {
            var lines = Words.Split('\n').Select(Cells).ToList();
            return [.. lines[1..].SelectMany(l => l[1..].Zip(lines[0][1..], (state, strategy) => (strategy, l[0], state)))];
        }
    }

    public static TheoryData<string> Lines => [.. Stories.Split('\n')[1..].Where(l => l.Length > 0)];

    [Theory]
    [MemberData(nameof(Matrix))]
    public void Each_word_under_each_run_strategy_is_a_state(string strategy, string word, string state)
    {
        var machine = strategy switch
        {
            "neither" => Some.Vm(strategy: null, status: OrNull(word)),
            "running:true" => Some.Vm(status: OrNull(word), running: true),
            "running:false" => Some.Vm(status: OrNull(word), running: false),
            _ => Some.Vm(strategy: strategy, status: OrNull(word)),
        };

        Assert.Equal(state, $"{new Machine(machine, null).State}");
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void What_else_is_seen_of_a_machine_counts(string line)
    {
        var (left, right) = line.Split("->") is [var l, var r] ? (l.Split('|').Select(Cells).ToList(), Cells(r)) : throw new FormatException(line);
        var machine = Some.Vm(strategy: left[0][0], status: OrNull(left[1][0]));
        machine = machine with
        {
            Metadata = machine.Metadata with { DeletionTimestamp = left[6] is ["yes"] ? Some.Noon : null },
            Status = machine.Status! with
            {
                Created = left[3] is ["yes"],
                StateChangeRequests = left[4] is ["-"] ? null : [.. left[4].Select(a => new StateChangeRequest(a))],
                Conditions = left[5] is ["yes"]
                    ? [new("Ready", "False", "VMINotExists", "VMI does not exist"), new("Failure", "True", "FailedCreate", "exceeded quota")]
                    : null,
            },
        };

        Assert.Equal(right[0], $"{new Machine(machine, left[2] is ["-"] ? null : Some.Vmi(phase: left[2][0])).State}");
    }

    [Fact]
    public void A_machine_that_KubeVirt_has_not_looked_at_yet_has_no_status_at_all()
    {
        Assert.Equal(MachineState.Stopped, new Machine(Some.Vm() with { Status = null }, null).State);
        Assert.Equal(MachineState.Starting, new Machine(Some.Vm(strategy: "Always") with { Status = null }, null).State);
        Assert.Equal("Unknown", new Machine(Some.Vm() with { Status = null }, null).PrintableStatus);
    }

    [Fact]
    public void A_machine_whose_instance_is_being_deleted_is_stopping_whatever_it_shows()
    {
        var instance = Some.Vmi();
        instance = instance with { Metadata = instance.Metadata with { DeletionTimestamp = Some.Noon } };

        Assert.Equal(MachineState.Stopping, new Machine(Some.Vm(strategy: "Always", status: "Running"), instance).State);
        Assert.Equal(
            MachineState.Stopped,
            new Machine(Some.Vm(strategy: "Manual", status: "Stopped"), instance with { Status = new() { Phase = "Succeeded" } }).State);
    }

    [Fact]
    public void A_failure_that_is_over_is_no_failure()
    {
        var machine = Some.Vm(strategy: "Always");
        machine = machine with { Status = machine.Status! with { Conditions = [new("Failure", "False", null, "long ago")] } };

        Assert.Equal(MachineState.Starting, new Machine(machine, null).State);
        Assert.Null(new Machine(machine, null).CreationFailure);
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string? OrNull(string word) => word == "(none)" ? null : word;
}
