using System.Text.Unicode;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>What a person reads in a request's message and in its Event.</summary>
internal static class Messages
{
    private const int NamesShown = 5;

    /// <param name="reading">What the pass read.</param>
    /// <param name="deed">What came of it.</param>
    /// <param name="everywhere">Whether the target was looked for in all namespaces.</param>
    public static string For(Reading reading, Deed deed, bool everywhere)
    {
        var (request, machine, words) = (reading.Request, reading.Machine, deed.Words);
        var name = machine is not null ? Name(machine) : deed.Created is { } made ? $"{made.Namespace}/{made.Name}" : Known(request);
        var before = request.Status?.Observed?.Before ?? machine?.PrintableStatus;
        var from = request.Status?.Observed?.NodeBefore is { } node && node != machine?.Node ? $" from {node}" : "";
        var where = Placement.Text(reading.Intent.NodeSelector);
        return deed.Plan.Reason switch
        {
            WakeReason.Started => $"{name} was {before}; it was started and is ready{On(machine)}",
            WakeReason.Unpaused => $"{name} was paused; it runs again{On(machine)}",
            WakeReason.AlreadyActive when before == "Running" => $"{name} already runs{On(machine)}",
            WakeReason.AlreadyActive => $"{name} was {before} and runs now{On(machine)}",
            WakeReason.Paused => $"{name} was {before} and is paused now{On(machine)}",
            WakeReason.Stopped when reading.Intent.Force => $"{name} was {before}; it was switched off",
            WakeReason.Stopped when before == "Paused" => $"{name} was Paused; it was stopped and is off", // a frozen guest cannot shut down
            WakeReason.Stopped => $"{name} was {before}; it was shut down and is off",
            WakeReason.AlreadyInactive when before == machine!.PrintableStatus => $"{name} is already {before}",
            WakeReason.AlreadyInactive => $"{name} was {before} and is {machine!.PrintableStatus} now",
            WakeReason.Moved => $"{name} moved{from} to {machine!.Node}{(machine.State == MachineState.Paused ? " and stays paused" : "")}",
            WakeReason.Placed when where is not null => $"{name} is off; its next start will prefer a node with {where}",
            WakeReason.Placed => $"{name} is off; the scheduler is free to choose the node of its next start",
            WakeReason.AlreadyThere when machine!.Node is not null => $"{name} is already{On(machine)}",
            WakeReason.AlreadyThere when where is not null => $"{name} is off, and its next start already prefers a node with {where}",
            WakeReason.AlreadyThere => $"{name} is off, and the scheduler is already free to choose the node of its next start",
            WakeReason.Instantiated => $"{name} was created and is ready{On(machine)}",
            WakeReason.Destroyed => $"{name} was deleted and is gone",
            WakeReason.AlreadyGone => $"{Missing(request, everywhere)}; there is nothing to delete",

            WakeReason.LookingForTarget =>
                $"{Missing(request, everywhere)}; looking for it for {VerbTable.SearchTime.TotalSeconds:0} s, in case it is being created",
            WakeReason.WaitingForStart or WakeReason.WaitingForStop or WakeReason.WaitingForPause or WakeReason.WaitingForMigration
                or WakeReason.WaitingForPlacement or WakeReason.WaitingForDeletion or WakeReason.WaitingForCreation when words is not null =>
                $"{name} could not be {Participle(reading)} just now, trying again; KubeVirt says: {words}",
            WakeReason.WaitingForStart when machine!.State == MachineState.Paused => $"{name} is being unpaused",
            WakeReason.WaitingForStart when machine!.State == MachineState.Running => $"{name} runs, but is not ready yet",
            WakeReason.WaitingForStart => $"{name} is on its way up{Then(reading)}",
            WakeReason.WaitingForStop => $"{name} is on its way down{Then(reading)}",
            WakeReason.WaitingForPause => $"{name} is being paused",
            WakeReason.WaitingForMigration when IsLookingForNode(reading) =>
                $"{name} is to be migrated; KubeVirt looks for a node that can take it",
            WakeReason.WaitingForMigration => $"{name} is being migrated{Then(reading)}",
            WakeReason.WaitingForPlacement when where is not null => $"{name} is being given a preference for a node with {where}",
            WakeReason.WaitingForPlacement => $"{name} is being relieved of its preference for a node",
            WakeReason.WaitingForDeletion => $"{name} is being deleted",
            WakeReason.WaitingForCreation => $"{name} is being created",
            WakeReason.WaitingForTurn => $"waits until {Of(reading.By!)} is finished with {name}",
            WakeReason.WaitingForRecovery when machine!.State == MachineState.Unknown =>
                $"KubeVirt shows {name} as {machine.PrintableStatus}; waiting until it can say more",
            WakeReason.WaitingForRecovery =>
                $"{name} does not come up yet; KubeVirt shows {machine!.PrintableStatus}{Because(machine)} and goes on trying{Then(reading)}",
            WakeReason.WaitingForKubeVirt => $"KubeVirt cannot be asked just now, trying again: {words}",

            WakeReason.UnknownTarget when request.Spec.Target.Name is not null => Missing(request, everywhere),
            WakeReason.UnknownTarget => $"{Missing(request, everywhere)}; a machine that is off is known by the addresses in its spec, and by those remembered from its last runs",
            WakeReason.AmbiguousTarget =>
                $"{reading.Found.Count} VirtualMachines have the MAC address {request.Spec.Target.MacAddress}: {Names(reading.Found.Select(Name))}; none was touched. Give each an address of its own",
            WakeReason.TargetTerminating => $"{name} is being deleted and can no longer be {Participle(reading)}",
            WakeReason.TargetVanished => $"{name} was deleted before it {(IsUp(reading) ? "was ready" : $"could be {Participle(reading)}")}",
            WakeReason.StoppedMeanwhile => $"{name} was started, and somebody has stopped it before it was ready",
            WakeReason.NotStartable when machine!.State == MachineState.Finished =>
                $"{name} has had its one run; change its run strategy from Once to start it again",
            WakeReason.NotStartable => $"{name} waits for a migration from elsewhere (run strategy WaitAsReceiver) and cannot be started",
            WakeReason.SameBroadcast => $"the same broadcast was heard on {reading.By!.Request.Spec.Frame!.Node}, too, and {Of(reading.By)} counts",
            WakeReason.Superseded when reading.By!.Request.IsFinished() => $"arrived too late: the later {Of(reading.By)} was carried out before",
            WakeReason.Superseded => $"the later {Of(reading.By!)} takes its place",
            WakeReason.NotMigratable when machine!.State == MachineState.Receiving => $"{name} waits for a migration from elsewhere (run strategy WaitAsReceiver)",
            WakeReason.NotMigratable => $"{name} cannot be migrated live: {words ?? reading.MigrationWords}",
            WakeReason.MigrationFailed => $"{name} could not be moved and stays{Place(machine)}: {reading.MigrationWords ?? "KubeVirt gives no reason"}",
            WakeReason.NodeNotFound => $"no node has {where}; {name} stays{Place(machine)}{Cancelled(deed)}",
            WakeReason.NodeNotSchedulable => $"no node with {where} takes machines now (cordoned, or not ready); {name} stays{Place(machine)}{Cancelled(deed)}",
            WakeReason.PlacementConflict => $"the node affinity of {name} is managed by somebody else; change it there. The API server says: {words}",
            WakeReason.AmbiguousMessage or WakeReason.VerbNotAllowed or WakeReason.OriginNotAllowed or WakeReason.ProofMissing or WakeReason.WrongPassword
                or WakeReason.BadSignature or WakeReason.StaleCommand or WakeReason.ReplayedCommand or WakeReason.RateLimited
                or WakeReason.DeliveredTooLate =>
                $"{name} was not {Participle(reading)}: {reading.Judgement!.Words}",
            WakeReason.Forbidden => $"KubeWol is not allowed to {Verb(reading)} {name}; the API server says: {words}",
            WakeReason.Refused => $"KubeVirt refuses to {Verb(reading)} {name}; it says: {words}",
            WakeReason.UnsupportedAction =>
                $"this version of KubeWol does not know what is asked for; it knows the actions {Known<WakeAction>()} and the sleep modes {Known<SleepMode>()}",
            WakeReason.DeadlineExceeded when reading is { Intent: { Action: WakeAction.Sleep, Sleep: SleepMode.Stop, Force: false }, Machine.State: MachineState.Stopping } =>
                $"{name} has not shut down within {Deadline(request)} s. KubeVirt switches it off when its grace period ends; a Sleep with force does not wait for the guest",
            WakeReason.DeadlineExceeded => $"not done within {Deadline(request)} s; {Last(request, machine)}{Cancelled(deed)}",
            _ => words ?? reading.Situation.Claim.Words ?? deed.Plan.Reason.ToString(),
        };
    }

    public static string Name(Machine machine) => $"{machine.Object.Metadata.Namespace}/{machine.Object.Metadata.Name}";

    /// <summary>The first few of the names, in order, and how many more there are.</summary>
    public static string Names(IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", all.Take(NamesShown)) + (all.Count > NamesShown ? $" and {all.Count - NamesShown} more" : "");
    }

    /// <summary>As much of <paramref name="text"/> as fits into so many bytes of UTF-8, with an ellipsis where something is left out.</summary>
    public static string Cut(string text, int bytes)
    {
        var all = new byte[bytes];
        if (Utf8.FromUtf16(text, all, out _, out _) == System.Buffers.OperationStatus.Done) return text;
        Utf8.FromUtf16(text, all.AsSpan(0, bytes - "…"u8.Length), out var fitting, out _);
        return string.Concat(text.AsSpan(0, fitting), "…");
    }

    private static string Verb(Reading reading) => reading.Intent switch
    {
        _ when reading is { Machine: null, Situation.Claim.Templates: 1 } => "create",
        { Action: WakeAction.Sleep, Sleep: SleepMode.Stop } => "stop",
        { Action: WakeAction.Sleep } => "pause",
        { Action: WakeAction.Move } => "move",
        { Action: WakeAction.Destroy } => "delete",
        { Action: WakeAction.Unknown } => "touch", // a command that nobody verified
        _ => reading.Machine is null ? "create" : "wake",
    };

    private static string Participle(Reading reading) => Verb(reading) switch
    {
        "stop" => "stopped",
        "wake" => "woken",
        "touch" => "touched",
        var verb => $"{verb}d",
    };

    private static bool IsUp(Reading reading) => reading.Intent.Action is WakeAction.Wake or WakeAction.Instantiate;

    /// <summary>What will be done once what is waited for has happened.</summary>
    private static string Then(Reading reading) => (reading.Intent, reading.Machine!.State) switch
    {
        ({ Action: WakeAction.Wake or WakeAction.Instantiate }, MachineState.Stopping) => "; it will be started then",
        ({ Action: WakeAction.Sleep, Sleep: SleepMode.Pause }, not MachineState.Stopping) => "; it will be paused then",
        ({ Action: WakeAction.Move }, MachineState.Stopping) => "; it will be given its place then",
        ({ Action: WakeAction.Move }, not (MachineState.Running or MachineState.Paused)) when reading.Situation.Movement.Migration == MigrationProgress.None =>
            "; it will be moved then",
        _ => "",
    };

    private static bool IsLookingForNode(Reading reading) => reading is { Intent.Action: WakeAction.Move }
        && reading.Situation.Movement.Migration switch
        {
            MigrationProgress.None => reading.Machine!.State is MachineState.Running or MachineState.Paused,
            MigrationProgress.Scheduling => true,
            _ => false,
        };

    private static string Cancelled(Deed deed) => deed switch
    {
        { Issued: WakeOperation.CancelMigration } => "; its migration was cancelled",
        { Plan: Plan.Refuse { CancelMigration: true }, Words: { } words } => $"; its migration could not be cancelled: {words}",
        { Plan: Plan.Refuse { CancelCreation: true }, Words: { } words } => $"; its clone could not be cancelled: {words}",
        _ => "",
    };

    private static string Of(Rival rival) => $"WakeRequest {rival.Request.Metadata.Namespace}/{rival.Request.Metadata.Name} ({rival.Action})";

    private static int Deadline(WakeRequest request) => request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds;

    private static string Known<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Skip(1)); // the first is Unknown

    private static string Known(WakeRequest request) => request.Status?.VirtualMachine is { } known ? $"{known.Namespace}/{known.Name}"
        : request.Spec.Target.Name is { } name ? $"{request.Metadata.Namespace}/{name}"
        : $"the machine with the MAC address {request.Spec.Target.MacAddress}";

    private static string Missing(WakeRequest request, bool everywhere) => request.Spec.Target switch
    {
        { Name: { } name } => $"there is no VirtualMachine {request.Metadata.Namespace}/{name}",
        { MacAddress: var mac } => $"no VirtualMachine in {(everywhere ? "the cluster" : $"namespace {request.Metadata.Namespace}")} has the MAC address {mac}",
    };

    private static string On(Machine? machine) => machine?.Node is { } node ? $" on {node}" : "";

    private static string Place(Machine? machine) => machine?.Node is { } node ? $" on {node}" : " where it is";

    private static string Because(Machine machine) => machine.CreationFailure is { } failure ? $" ({failure})" : "";

    private static string Last(WakeRequest request, Machine? machine) =>
        request.Status?.Message is { Length: > 0 } last ? $"the last word was: {last}"
        : machine is null ? "it was never looked at in time"
        : $"{Name(machine)} is {machine.PrintableStatus}";
}
