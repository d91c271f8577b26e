using System.Text;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Requests;

/// <summary>Every sentence a person can meet, to be read as one.</summary>
public sealed class MessagesTests
{
    /// <summary>The reasons a person meets only in conditions, and those that templates give words of their own.</summary>
    private static readonly WakeReason[] Elsewhere =
    [
        WakeReason.Unknown, WakeReason.TargetFound, WakeReason.DefaultPolicy, WakeReason.PolicyAllows, WakeReason.AskedDirectly,
        WakeReason.TemplateNotUsable, WakeReason.AmbiguousTemplate, WakeReason.InvalidParameters, WakeReason.TooManyInstances,
    ];

    private static readonly WakeRequest Heard = Some.Heard();
    private static readonly WakeRequest Sleep = Some.Asking(WakeAction.Sleep);
    private static readonly WakeRequest Stop = Sleep with { Spec = Sleep.Spec with { Sleep = new() { Mode = SleepMode.Stop } } };
    private static readonly WakeRequest Force = Sleep with { Spec = Sleep.Spec with { Sleep = new() { Mode = SleepMode.Stop, Force = true } } };
    private static readonly WakeRequest Move = Some.Asking(WakeAction.Move);
    private static readonly WakeRequest ToNodeC = Move with { Spec = Move.Spec with { Move = new() { NodeName = "node-c" } } };
    private static readonly WakeRequest Destroy = Some.Asking(WakeAction.Destroy);
    private static readonly WakeRequest Instantiate = Some.Asking(WakeAction.Instantiate);

    private static readonly Machine Running = Machine("Always", "Running");
    private static readonly Machine Paused = Machine("Always", "Paused");
    private static readonly Machine Off = new(Some.Vm(), null);

    /// <summary>What is said, and the story it is said of.</summary>
    private static readonly (string Sentence, Func<string> Story)[] Stories =
    [
        ("Started: team-a/web-01 was Stopped; it was started and is ready on node-b",
            () => Done(WakeReason.Started, Was("Stopped"), Running)),
        ("Started: team-a/web-01 was DataVolumeError; it was started and is ready on node-b",
            () => Done(WakeReason.Started, Was("DataVolumeError"), Running)),
        ("Unpaused: team-a/web-01 was paused; it runs again on node-b",
            () => Done(WakeReason.Unpaused, Was("Paused"), Running)),
        ("AlreadyActive: team-a/web-01 already runs on node-b",
            () => Done(WakeReason.AlreadyActive, Heard, Running)),
        ("AlreadyActive: team-a/web-01 was Migrating and runs now on node-b",
            () => Done(WakeReason.AlreadyActive, Was("Migrating"), Running)),
        ("AlreadyActive: team-a/web-01 was Stopped and runs now",
            () => Done(WakeReason.AlreadyActive, Was("Stopped"), Running with { Instance = null })),
        ("Paused: team-a/web-01 was Running and is paused now on node-b",
            () => Done(WakeReason.Paused, Was("Running", Sleep), Paused)),
        ("Stopped: team-a/web-01 was Paused; it was stopped and is off",
            () => Done(WakeReason.Stopped, Was("Paused", Stop), Off)),
        ("Stopped: team-a/web-01 was Running; it was shut down and is off",
            () => Done(WakeReason.Stopped, Was("Running", Stop), Off)),
        ("Stopped: team-a/web-01 was Running; it was switched off",
            () => Done(WakeReason.Stopped, Was("Running", Force), Off)),
        ("AlreadyInactive: team-a/web-01 is already Paused",
            () => Done(WakeReason.AlreadyInactive, Sleep, Paused)),
        ("AlreadyInactive: team-a/web-01 was Stopping and is Stopped now",
            () => Done(WakeReason.AlreadyInactive, Was("Stopping", Sleep), Off)),
        ("Moved: team-a/web-01 moved from node-a to node-b",
            () => Done(WakeReason.Moved, Was("Running", Move, "node-a"), Running)),
        ("Moved: team-a/web-01 moved from node-a to node-b and stays paused",
            () => Done(WakeReason.Moved, Was("Paused", Move, "node-a"), Paused)),
        ("Placed: team-a/web-01 is off; its next start will prefer a node with kubernetes.io/hostname=node-c",
            () => Done(WakeReason.Placed, ToNodeC, Off)),
        ("Placed: team-a/web-01 is off; the scheduler is free to choose the node of its next start",
            () => Done(WakeReason.Placed, Move, Off)),
        ("AlreadyThere: team-a/web-01 is already on node-b",
            () => Done(WakeReason.AlreadyThere, Move, Running)),
        ("AlreadyThere: team-a/web-01 is off, and its next start already prefers a node with kubernetes.io/hostname=node-c",
            () => Done(WakeReason.AlreadyThere, ToNodeC, Off)),
        ("AlreadyThere: team-a/web-01 is off, and the scheduler is already free to choose the node of its next start",
            () => Done(WakeReason.AlreadyThere, Move, Off)),
        ("Instantiated: team-a/web-01 was created and is ready on node-b",
            () => Done(WakeReason.Instantiated, Instantiate, Running)),
        ("Destroyed: team-a/web-01 was deleted and is gone",
            () => Done(WakeReason.Destroyed, Destroy with { Status = new() { VirtualMachine = new() { Namespace = "team-a", Name = "web-01" } } })),
        ("AlreadyGone: no VirtualMachine in namespace team-a has the MAC address 52:54:00:12:34:56; there is nothing to delete",
            () => Done(WakeReason.AlreadyGone, Destroy)),

        ("LookingForTarget: no VirtualMachine in the cluster has the MAC address 52:54:00:12:34:56; looking for it for 5 s, in case it is being created",
            () => Wait(WakeReason.LookingForTarget, Heard)),
        ("LookingForTarget: no VirtualMachine in namespace team-a has the MAC address 52:54:00:12:34:56; looking for it for 5 s, in case it is being created",
            () => Wait(WakeReason.LookingForTarget, Some.Request())),
        ("LookingForTarget: there is no VirtualMachine team-a/web-01; looking for it for 5 s, in case it is being created",
            () => Wait(WakeReason.LookingForTarget, Some.Request(name: "web-01"))),
        ("WaitingForStart: team-a/web-01 is on its way up",
            () => Wait(WakeReason.WaitingForStart, Heard, Off)),
        ("WaitingForStart: team-a/web-01 is being unpaused",
            () => Wait(WakeReason.WaitingForStart, Heard, Paused)),
        ("WaitingForStart: team-a/web-01 runs, but is not ready yet",
            () => Wait(WakeReason.WaitingForStart, Was("Stopped"), Running)),
        ("WaitingForStart: team-a/web-01 is on its way up; it will be paused then",
            () => Wait(WakeReason.WaitingForStart, Sleep, Machine("Always", "Starting"))),
        ("WaitingForStart: team-a/web-01 is on its way up; it will be moved then",
            () => Wait(WakeReason.WaitingForStart, ToNodeC, Machine("Always", "Starting"))),
        ("WaitingForStart: team-a/web-01 could not be woken just now, trying again; KubeVirt says: VM is already running",
            () => Wait(WakeReason.WaitingForStart, Heard, "VM is already running", Off)),
        ("WaitingForStart: team-a/web-01 could not be woken just now, trying again; KubeVirt says: VM is already running",
            () => Wait(WakeReason.WaitingForStart, Instantiate, "VM is already running", Off)),
        ("WaitingForStop: team-a/web-01 is on its way down; it will be started then",
            () => Wait(WakeReason.WaitingForStop, Heard, Machine("Halted", "Stopping"))),
        ("WaitingForStop: team-a/web-01 is on its way down",
            () => Wait(WakeReason.WaitingForStop, Sleep, Machine("Halted", "Stopping"))),
        ("WaitingForStop: team-a/web-01 is on its way down; it will be given its place then",
            () => Wait(WakeReason.WaitingForStop, ToNodeC, Machine("Halted", "Stopping"))),
        ("WaitingForStop: team-a/web-01 could not be stopped just now, trying again; KubeVirt says: VM is not running",
            () => Wait(WakeReason.WaitingForStop, Stop, "VM is not running", Running)),
        ("WaitingForPause: team-a/web-01 is being paused",
            () => Wait(WakeReason.WaitingForPause, Sleep, Running)),
        ("WaitingForPause: team-a/web-01 could not be paused just now, trying again; KubeVirt says: VMI is already paused",
            () => Wait(WakeReason.WaitingForPause, Sleep, "VMI is already paused", Running)),
        ("WaitingForMigration: team-a/web-01 is being migrated",
            () => Wait(WakeReason.WaitingForMigration, Heard, Machine("Always", "Migrating"))),
        ("WaitingForMigration: team-a/web-01 is being migrated; it will be paused then",
            () => Wait(WakeReason.WaitingForMigration, Sleep, Machine("Always", "Migrating"))),
        ("WaitingForMigration: team-a/web-01 is being migrated; it will be moved then",
            () => Wait(WakeReason.WaitingForMigration, ToNodeC, Machine("Always", "Migrating"))),
        ("WaitingForMigration: team-a/web-01 is to be migrated; KubeVirt looks for a node that can take it",
            () => Wait(WakeReason.WaitingForMigration, ToNodeC, Running)),
        ("WaitingForMigration: team-a/web-01 is to be migrated; KubeVirt looks for a node that can take it",
            () => Migrating(MigrationProgress.Scheduling, Running)),
        ("WaitingForMigration: team-a/web-01 is being migrated",
            () => Migrating(MigrationProgress.InFlight, Machine("Always", "Migrating"))),
        ("WaitingForMigration: team-a/web-01 could not be moved just now, trying again; KubeVirt says: in-flight migration detected",
            () => Wait(WakeReason.WaitingForMigration, ToNodeC, "in-flight migration detected", Running)),
        ("WaitingForPlacement: team-a/web-01 is being given a preference for a node with kubernetes.io/hostname=node-c",
            () => Wait(WakeReason.WaitingForPlacement, ToNodeC, Off)),
        ("WaitingForPlacement: team-a/web-01 is being relieved of its preference for a node",
            () => Wait(WakeReason.WaitingForPlacement, Move, Off)),
        ("WaitingForDeletion: team-a/web-01 is being deleted",
            () => Wait(WakeReason.WaitingForDeletion, Destroy, Running)),
        ("WaitingForCreation: the machine with the MAC address 52:54:00:12:34:56 is being created",
            () => Wait(WakeReason.WaitingForCreation, Heard)),
        ("WaitingForCreation: the machine with the MAC address 52:54:00:12:34:56 could not be created just now, trying again; KubeVirt says: quota",
            () => Wait(WakeReason.WaitingForCreation, Heard, "quota")),
        ("WaitingForTurn: waits until WakeRequest team-a/first (Sleep) is finished with team-a/web-01",
            () => Say(new Plan.Wait(WakeReason.WaitingForTurn, default), Some.Reading(Heard, Running) with { By = First })),
        ("WaitingForRecovery: team-a/web-01 does not come up yet; KubeVirt shows CrashLoopBackOff and goes on trying",
            () => Wait(WakeReason.WaitingForRecovery, Heard, Machine("Always", "CrashLoopBackOff"))),
        ("WaitingForRecovery: team-a/web-01 does not come up yet; KubeVirt shows Stopped (exceeded quota: pods) and goes on trying",
            () => Wait(WakeReason.WaitingForRecovery, Heard, Machine("Always", "Stopped", failure: "exceeded quota: pods"))),
        ("WaitingForRecovery: team-a/web-01 does not come up yet; KubeVirt shows CrashLoopBackOff and goes on trying; it will be paused then",
            () => Wait(WakeReason.WaitingForRecovery, Sleep, Machine("Always", "CrashLoopBackOff"))),
        ("WaitingForRecovery: KubeVirt shows team-a/web-01 as Unknown; waiting until it can say more",
            () => Wait(WakeReason.WaitingForRecovery, Heard, Machine("Always", "Unknown"))),
        ("WaitingForKubeVirt: KubeVirt cannot be asked just now, trying again: Connection refused",
            () => Wait(WakeReason.WaitingForKubeVirt, Heard, "Connection refused", Off)),

        ("UnknownTarget: no VirtualMachine in the cluster has the MAC address 52:54:00:12:34:56; a machine that is off is known by the addresses in its spec, and by those remembered from its last runs",
            () => Refuse(WakeReason.UnknownTarget, Heard)),
        ("UnknownTarget: no VirtualMachine in namespace team-a has the MAC address 52:54:00:12:34:56; a machine that is off is known by the addresses in its spec, and by those remembered from its last runs",
            () => Refuse(WakeReason.UnknownTarget, Some.Request())),
        ("UnknownTarget: there is no VirtualMachine team-a/web-01",
            () => Refuse(WakeReason.UnknownTarget, Some.Request(name: "web-01"))),
        ("AmbiguousTarget: 2 VirtualMachines have the MAC address 52:54:00:12:34:56: team-a/web-01, team-b/web-01; none was touched. Give each an address of its own",
            () => Refuse(WakeReason.AmbiguousTarget, Heard, Machines("team-b/web-01", "team-a/web-01"))),
        ("AmbiguousTarget: 7 VirtualMachines have the MAC address 52:54:00:12:34:56: team-a/m1, team-a/m2, team-a/m3, team-a/m4, team-a/m5 and 2 more; none was touched. Give each an address of its own",
            () => Refuse(WakeReason.AmbiguousTarget, Heard, Machines([.. Enumerable.Range(1, 7).Select(i => $"team-a/m{i}")]))),
        ("TargetTerminating: team-a/web-01 is being deleted and can no longer be woken",
            () => Refuse(WakeReason.TargetTerminating, Heard, Machine("Always", "Terminating"))),
        ("TargetVanished: team-a/web-01 was deleted before it was ready",
            () => Refuse(WakeReason.TargetVanished, Found(Heard))),
        ("TargetVanished: team-a/web-01 was deleted before it could be paused",
            () => Refuse(WakeReason.TargetVanished, Found(Sleep))),
        ("TargetVanished: team-a/web-01 was deleted before it could be moved",
            () => Refuse(WakeReason.TargetVanished, Found(ToNodeC))),
        ("StoppedMeanwhile: team-a/web-01 was started, and somebody has stopped it before it was ready",
            () => Refuse(WakeReason.StoppedMeanwhile, Heard, Machine("Halted", "Stopped"))),
        ("NotStartable: team-a/web-01 has had its one run; change its run strategy from Once to start it again",
            () => Refuse(WakeReason.NotStartable, Heard, new Machine(Some.Vm(strategy: "Once"), Some.Vmi(phase: "Succeeded")))),
        ("NotStartable: team-a/web-01 waits for a migration from elsewhere (run strategy WaitAsReceiver) and cannot be started",
            () => Refuse(WakeReason.NotStartable, Heard, Machine("WaitAsReceiver", "WaitingForReceiver"))),
        ("Superseded: the later WakeRequest team-a/first (Sleep) takes its place",
            () => Say(new Plan.Refuse(WakeReason.Superseded), Some.Reading(Heard, Running) with { By = First })),
        ("Superseded: arrived too late: the later WakeRequest team-a/first (Sleep) was carried out before",
            () => Say(new Plan.Refuse(WakeReason.Superseded), Some.Reading(Heard, Running) with { By = First with { Request = First.Request with { Status = new() { Phase = WakePhase.Succeeded } } } })),
        ("SameBroadcast: the same broadcast was heard on node-a, too, and WakeRequest kubewol-system/heard (Wake) counts",
            () => Say(new Plan.Refuse(WakeReason.SameBroadcast), Some.Reading(Heard, Running) with { By = new(Heard, WakeAction.Wake) })),
        ("NotMigratable: team-a/web-01 cannot be migrated live: InterfaceNotLiveMigratable: bridge on the pod network",
            () => Say(
                new Plan.Refuse(WakeReason.NotMigratable),
                Some.Reading(ToNodeC, Running) with { MigrationWords = "InterfaceNotLiveMigratable: bridge on the pod network" })),
        ("NotMigratable: team-a/web-01 cannot be migrated live: Cannot migrate VMI, Reason: DisksNotLiveMigratable",
            () => Refuse(WakeReason.NotMigratable, ToNodeC, "Cannot migrate VMI, Reason: DisksNotLiveMigratable", Running)),
        ("NotMigratable: team-a/web-01 waits for a migration from elsewhere (run strategy WaitAsReceiver)",
            () => Refuse(WakeReason.NotMigratable, ToNodeC, Machine("WaitAsReceiver", "WaitingForReceiver"))),
        ("MigrationFailed: team-a/web-01 could not be moved and stays on node-b: QEMU unexpectedly closed the monitor",
            () => Say(
                new Plan.Refuse(WakeReason.MigrationFailed),
                Some.Reading(ToNodeC, Running) with { MigrationWords = "QEMU unexpectedly closed the monitor" })),
        ("MigrationFailed: team-a/web-01 could not be moved and stays on node-b: KubeVirt gives no reason",
            () => Refuse(WakeReason.MigrationFailed, ToNodeC, Running)),
        ("NodeNotFound: no node has kubernetes.io/hostname=node-c; team-a/web-01 stays on node-b",
            () => Refuse(WakeReason.NodeNotFound, ToNodeC, Running)),
        ("NodeNotFound: no node has kubernetes.io/hostname=node-c; team-a/web-01 stays where it is",
            () => Refuse(WakeReason.NodeNotFound, ToNodeC, Off)),
        ("NodeNotSchedulable: no node with kubernetes.io/hostname=node-c takes machines now (cordoned, or not ready); team-a/web-01 stays on node-b",
            () => Refuse(WakeReason.NodeNotSchedulable, ToNodeC, Running)),
        ("PlacementConflict: the node affinity of team-a/web-01 is managed by somebody else; change it there. The API server says: Apply failed with 1 conflict",
            () => Refuse(WakeReason.PlacementConflict, ToNodeC, "Apply failed with 1 conflict", Off)),
        ("VerbNotAllowed: team-a/web-01 was not woken: no WakePolicy selects it, and the operator's default allows Sleep only",
            () => NotAllowed(WakeReason.VerbNotAllowed, "no WakePolicy selects it, and the operator's default allows Sleep only", Off)),
        ("VerbNotAllowed: the machine with the MAC address 52:54:00:12:34:56 was not created: WakePolicy team-a/night allows Sleep only",
            () => NotAllowed(WakeReason.VerbNotAllowed, "WakePolicy team-a/night allows Sleep only")),
        .. new[]
        {
            WakeReason.AmbiguousMessage, WakeReason.OriginNotAllowed, WakeReason.ProofMissing, WakeReason.WrongPassword, WakeReason.BadSignature, WakeReason.StaleCommand,
            WakeReason.ReplayedCommand, WakeReason.RateLimited, WakeReason.DeliveredTooLate,
        }.Select(reason => ($"{reason}: team-a/web-01 was not woken: words of the policies", (Func<string>)(() => NotAllowed(reason, "words of the policies", Off)))),
        ("Forbidden: KubeWol is not allowed to wake team-a/web-01; the API server says: User \"operator\" cannot update resource \"virtualmachines/start\"",
            () => Refuse(WakeReason.Forbidden, Heard, "User \"operator\" cannot update resource \"virtualmachines/start\"", Off)),
        ("Forbidden: KubeWol is not allowed to delete team-a/web-01; the API server says: no",
            () => Refuse(WakeReason.Forbidden, Destroy, "no", Off)),
        ("Refused: KubeVirt refuses to wake team-a/web-01; it says: the request is invalid",
            () => Refuse(WakeReason.Refused, Heard, "the request is invalid", Off)),
        ("Refused: KubeVirt refuses to pause team-a/web-01; it says: Pausing VMIs with LivenessProbe is currently not supported",
            () => Refuse(WakeReason.Refused, Sleep, "Pausing VMIs with LivenessProbe is currently not supported", Running)),
        ("Refused: KubeVirt refuses to stop team-a/web-01; it says: no",
            () => Refuse(WakeReason.Refused, Stop, "no", Running)),
        ("UnsupportedAction: this version of KubeWol does not know what is asked for; it knows the actions Wake, Sleep, Move, Instantiate, Destroy and the sleep modes Pause, Stop",
            () => Refuse(WakeReason.UnsupportedAction, Heard, Off)),
        ("DeadlineExceeded: not done within 300 s; the last word was: team-a/web-01 is on its way up",
            () => Refuse(WakeReason.DeadlineExceeded, Heard with { Status = new() { Message = "team-a/web-01 is on its way up" } }, Machine("Always", "Starting"))),
        ("DeadlineExceeded: not done within 300 s; team-a/web-01 is Running; its migration was cancelled",
            () => GivenUp(WakeReason.DeadlineExceeded, WakeOperation.CancelMigration, null)),
        ("DeadlineExceeded: not done within 300 s; team-a/web-01 is Running; its migration could not be cancelled: User \"operator\" cannot delete",
            () => GivenUp(WakeReason.DeadlineExceeded, WakeOperation.None, "User \"operator\" cannot delete")),
        ("NodeNotSchedulable: no node with kubernetes.io/hostname=node-c takes machines now (cordoned, or not ready); team-a/web-01 stays on node-b; its migration was cancelled",
            () => GivenUp(WakeReason.NodeNotSchedulable, WakeOperation.CancelMigration, null)),
        ("DeadlineExceeded: not done within 60 s; team-a/web-01 is Stopped",
            () => Refuse(WakeReason.DeadlineExceeded, Some.Request(deadline: 60), Off)),
        ("DeadlineExceeded: not done within 300 s; it was never looked at in time",
            () => Refuse(WakeReason.DeadlineExceeded, Heard)),
        ("DeadlineExceeded: team-a/web-01 has not shut down within 300 s. KubeVirt switches it off when its grace period ends; a Sleep with force does not wait for the guest",
            () => Refuse(WakeReason.DeadlineExceeded, Stop with { Status = new() { Message = "on its way down" } }, Machine("Halted", "Stopping"))),
    ];

    public static IEnumerable<TheoryDataRow<int>> Sentences => Stories.Select((story, i) => new TheoryDataRow<int>(i) { TestDisplayName = story.Sentence });

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_person_reads(int story) => Assert.Equal(Stories[story].Sentence, Stories[story].Story());

    [Fact]
    public void No_reason_is_without_a_sentence() => Assert.Equal(
        Enum.GetValues<WakeReason>().Except(Elsewhere).Select(r => $"{r}").Order(),
        Stories.Select(s => s.Sentence.Split(':')[0]).Distinct().Order());

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("exactly 10", 10, "exactly 10")]
    [InlineData("eleven long", 10, "eleven …")]
    [InlineData("ääääää", 10, "äää…")] // 12 bytes; the ellipsis takes 3
    [InlineData("äää€€", 12, "äää€€")]
    [InlineData("🦆🦆🦆🦆", 12, "🦆🦆…")] // a duck is never cut in half
    [InlineData("", 10, "")]
    public void A_text_is_cut_to_a_number_of_bytes(string text, int bytes, string cut)
    {
        Assert.Equal(cut, Messages.Cut(text, bytes));
        Assert.InRange(Encoding.UTF8.GetByteCount(Messages.Cut(text, bytes)), 0, bytes);
    }

    private static Rival First => new(Some.Request("team-a/first"), WakeAction.Sleep);

    private static string Done(WakeReason reason, WakeRequest request, params IReadOnlyList<Machine> found) =>
        Say(new Plan.Done(reason), Some.Reading(request, found));

    private static string Wait(WakeReason reason, WakeRequest request, params IReadOnlyList<Machine> found) => Wait(reason, request, null, found);

    private static string Wait(WakeReason reason, WakeRequest request, string? words, params IReadOnlyList<Machine> found) =>
        Say(new Plan.Wait(reason, default), Some.Reading(request, found), words);

    private static string Refuse(WakeReason reason, WakeRequest request, params IReadOnlyList<Machine> found) => Refuse(reason, request, null, found);

    private static string Refuse(WakeReason reason, WakeRequest request, string? words, params IReadOnlyList<Machine> found) =>
        Say(new Plan.Refuse(reason), Some.Reading(request, found), words);

    private static string NotAllowed(WakeReason reason, string words, params IReadOnlyList<Machine> found)
    {
        var reading = Some.Reading(Heard, found);
        return Say(new Plan.Refuse(reason), reading with
        {
            Judgement = new(WakeAction.Wake, words) { Refusal = reason },
            Situation = reading.Situation with { Claim = found.Count == 0 ? new(1) : default },
        });
    }

    private static string GivenUp(WakeReason reason, WakeOperation issued, string? words)
    {
        var plan = new Plan.Refuse(reason, CancelMigration: true);
        return $"{reason}: {Messages.For(Some.Reading(ToNodeC, Running), new(plan, default) { Issued = issued, Words = words }, everywhere: false)}";
    }

    private static string Migrating(MigrationProgress progress, Machine machine)
    {
        var reading = Some.Reading(ToNodeC, machine);
        return Say(new Plan.Wait(WakeReason.WaitingForMigration, default), reading with { Situation = reading.Situation with { Movement = new() { Migration = progress } } });
    }

    private static string Say(Plan plan, Reading reading, string? words = null) =>
        $"{plan.Reason}: {Messages.For(reading, new(plan, default) { Words = words }, Some.Options.ReachesAll(reading.Request))}";

    private static WakeRequest Was(string state, WakeRequest? request = null, string? node = null) =>
        (request ?? Heard) with { Status = new() { Observed = new() { Before = state, NodeBefore = node } } };

    private static WakeRequest Found(WakeRequest request) => request with { Status = new() { VirtualMachine = new() { Namespace = "team-a", Name = "web-01" } } };

    private static Machine Machine(string strategy, string status, string? failure = null)
    {
        var machine = Some.Vm(strategy: strategy, status: status);
        if (failure is not null) machine = machine with { Status = machine.Status! with { Conditions = [new KubeVirtCondition("Failure", "True", "FailedCreate", failure)] } };
        return new(machine, Some.Vmi(phase: failure is null ? "Running" : "Failed"));
    }

    private static Machine[] Machines(params IEnumerable<string> keys) => [.. keys.Select(k => new Machine(Some.Vm(k), null))];
}
