using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Policies;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.Requests;

/// <summary>Reads all that a decision about a request needs, from caches alone.</summary>
internal sealed class RequestReader(
    IResourceCache<WakeRequest> requests, MachineFinder finder, Nodes nodes, IResourceCache<Migration> migrations, TemplateFinder templates,
    RequestJudge judge, OperatorOptions options, TimeProvider time)
{
    /// <summary>What passes of requests for the same machine have in common, so that they take turns.</summary>
    public string Subject(WakeRequest request) => finder.Find(request).Found is [var one] ? Messages.Name(one) : request.Spec.Target.MacAddress ?? "";

    /// <param name="request">The request.</param>
    /// <param name="migration">The migration it has created, as the API server just had it, where the cache does not; else null.</param>
    public Reading Read(WakeRequest request, Migration? migration = null)
    {
        var target = finder.Find(request);
        var counts = Broadcasts.CountsFor(requests, request);
        var (judgement, isMeant) = judge.Judge(request, target, isItsTurn: counts is null);
        var intent = Intent.Of(request, judgement, Destination(request, judgement), options);
        var machine = target.Found is [var one] ? one : null;
        var (turn, by) = counts is not null ? (Turn.SameBroadcast, new Rival(counts, intent.Action))
            : judgement.Refusal is not null ? default
            : machine is not null ? TurnOf(request, intent.Action, machine)
            : target.Found.Count == 0 && LaterWords.OfNobody(requests, new(request, intent.Action)) is { } gone ? (Turn.Superseded, gone)
            : default;
        var (progress, words, isMissing) = intent.Action == WakeAction.Move && machine is not null ? Migration(request, machine, migration) : default;
        var status = request.Status;
        // By the machine's own mark, too: an operator that died before it could report finds out what it has created.
        var isMine = machine is not null && InstanceMarks.IsMadeFor(machine.Object.Metadata, request.Metadata.Uid);
        return new()
        {
            Request = request,
            Intent = intent,
            Judgement = isMeant ? judgement : null,
            Found = target.Found,
            By = by,
            MigrationWords = words,
            IsMigrationMissing = isMissing,
            Situation = new()
            {
                Action = intent.Action,
                Found = target.Found.Count,
                Refusal = counts is null ? judgement.Refusal : null, // one broadcast is refused once
                State = machine?.State ?? MachineState.Unknown,
                IsReady = machine?.IsReady ?? false,
                HadMachine = status?.Observed is not null,
                Created = status?.Created == true || isMine,
                Issued = status?.Operation is { } last and not WakeOperation.None ? last
                    : progress == MigrationProgress.None ? WakeOperation.None
                    : WakeOperation.LiveMigrate, // created, and an operator died before it could say so
                IsUnanswered = status is { Reason: WakeReason.WaitingForKubeVirt, Operation: not WakeOperation.None },
                // The start made it another spec, and so did the stop; who only edits it otherwise makes one change.
                IsUndone = status is { Operation: WakeOperation.Start, Observed.Generation: { } generation }
                    && machine is { RunStrategy: RunStrategies.Halted } && machine.Object.Metadata.Generation >= generation + 2,
                SinceIssued = status?.IssuedAt is { } issued ? time.GetUtcNow() - issued : TimeSpan.Zero,
                Age = Age(request),
                Deadline = Deadline(request),
                Turn = turn,
                Sleep = intent.Sleep,
                Force = intent.Force,
                Movement = intent.Action == WakeAction.Move && machine is not null ? Movement(intent, machine, progress) : default,
                Claim = target.Found.Count == 0 && intent.Action is WakeAction.Wake or WakeAction.Instantiate ? templates.Find(request, intent.Instantiate).Claim : default,
            },
        };
    }

    public TimeSpan Age(WakeRequest request) => time.GetUtcNow() - (request.Metadata.CreationTimestamp ?? time.GetUtcNow());

    public static TimeSpan Deadline(WakeRequest request) =>
        TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds);

    private (Turn, Rival?) TurnOf(WakeRequest request, WakeAction action, Machine machine)
    {
        var mine = Rival(request, action, machine);
        return LaterWords.Of(requests, mine, machine) is { } later ? (Turn.Superseded, later) : Turns.Of(mine, [.. Rivals(request, machine)]);
    }

    /// <summary>Every other request that means this machine. One for an address that is merely noted on it may mean another, which has it now.</summary>
    private IEnumerable<Rival> Rivals(WakeRequest request, Machine machine)
    {
        var key = ResourceKey.Of(machine.Object);
        // Each is resolved as it resolves itself, so that of two rivals both see the same. One that is being deleted will never be carried out.
        return from rival in WaitingRequests.About(requests, key, machine.Addresses)
               where rival.Metadata is { DeletionTimestamp: null } && rival.Metadata.Uid != request.Metadata.Uid
               let target = finder.Find(rival)
               where target.Found is [var one] && ResourceKey.Of(one.Object) == key
               let judgement = judge.Judge(rival, target, isItsTurn: false).Judgement
               where judgement.Refusal is null // what nobody allows keeps nobody waiting
               select Rival(rival, judgement.Action, machine);
    }

    /// <summary>Where a move may go: where the policy says, and of that, where the command says.</summary>
    private IReadOnlyDictionary<string, string> Destination(WakeRequest request, Judgement judgement)
    {
        if (judgement.Action != WakeAction.Move) return Nodes.Anywhere;
        var allowed = nodes.SelectorOf(request.Spec.Move ?? judgement.Policy?.Spec.Move);
        if (judgement.Command?.NodeName is not { } node) return allowed;
        var asked = nodes.SelectorOf(new() { NodeName = node });
        // A label cannot have two values: what asks for both fits no node.
        return allowed.Concat(asked).GroupBy(l => l.Key).ToDictionary(l => l.Key, l => string.Join(" and ", l.Select(v => v.Value).Distinct()));
    }

    private Rival Rival(WakeRequest request, WakeAction action, Machine machine) => new(
        request, action, IsUnseen: time.GetUtcNow() - request.Status?.IssuedAt < VerbTable.TraceTime
            && (request.Status?.Operation, machine.State) is (WakeOperation.Start, MachineState.Stopped) or (WakeOperation.Unpause, MachineState.Paused));

    private Movement Movement(Intent intent, Machine machine, MigrationProgress progress)
    {
        var destination = nodes.Judge(intent.NodeSelector, machine.Node);
        var migration = machine.Instance?.Status?.MigrationState;
        return new()
        {
            Problem = destination.Problem,
            IsThere = intent.NodeSelector.Count > 0
                ? destination.IsThere
                : progress == MigrationProgress.Succeeded && (migration?.TargetNode ?? machine.Node) == machine.Node,
            IsPlaced = Placement.Of(machine.Object) == Placement.Text(intent.NodeSelector),
            IsFixed = machine.MigrationObstacle is not null,
            Migration = progress,
        };
    }

    private (MigrationProgress Progress, string? Words, bool IsMissing) Migration(WakeRequest request, Machine machine, Migration? read)
    {
        // By its name, not by what was reported: an operator that dies in between finds it again.
        var found = migrations.Find(new(machine.Object.Metadata.Namespace, MigrationOperations.NameOf(request))) ?? read;
        if (found is null && request.Status?.Operation != WakeOperation.LiveMigrate) return (MigrationProgress.None, machine.MigrationObstacle, false);
        var last = machine.Instance?.Status?.MigrationState;
        return found?.Status?.Phase switch
        {
            _ when found is null && request.Status?.IssuedAt is { } issued && time.GetUtcNow() - issued < VerbTable.TraceTime => (MigrationProgress.Scheduling, null, false), // not in the cache yet
            // Cancelled by this very request, which has not heard or could not report that it was.
            _ when found is null && (Age(request) >= Deadline(request) || request.Status?.Reason == WakeReason.WaitingForKubeVirt) => (MigrationProgress.None, machine.MigrationObstacle, true),
            _ when found is null => (MigrationProgress.Failed, "the VirtualMachineInstanceMigration was deleted", true), // by somebody, which is how a migration is cancelled
            null or "Pending" or "Scheduling" => (MigrationProgress.Scheduling, null, false),
            "Succeeded" => (MigrationProgress.Succeeded, null, false),
            // Two watches: the instance, which says why, is a moment behind.
            "Failed" when last is { Completed: not true } && last.MigrationUid == found.Metadata.Uid => (MigrationProgress.InFlight, null, false),
            // A migration that fails before it has a node leaves there what became of the one before.
            "Failed" => (MigrationProgress.Failed, last?.MigrationUid == found.Metadata.Uid ? last?.FailureReason : null, false),
            _ => (MigrationProgress.InFlight, null, false),
        };
    }
}
