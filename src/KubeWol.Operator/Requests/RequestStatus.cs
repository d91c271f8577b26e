using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.KubeVirt;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>The status a request has after a pass: a pure function, so that the same pass twice writes nothing the second time.</summary>
internal static class RequestStatus
{
    private const int LongestMessage = 1024; // the CRD's bound

    /// <param name="reading">What the pass read.</param>
    /// <param name="deed">What it did.</param>
    /// <param name="words">The same for people.</param>
    /// <param name="began">When it began.</param>
    /// <param name="now">When it had been done.</param>
    public static WakeRequestStatus After(Reading reading, Deed deed, string words, DateTimeOffset began, DateTimeOffset now)
    {
        var (request, found, machine, done) = (reading.Request, reading.Found, reading.Machine, deed.Plan);
        var before = request.Status ?? new() { AcceptedAt = began, Sequence = Rival.SequenceOf(request) };
        var created = deed.Created is not null || reading.Situation.Created;
        var operation = deed.Issued != WakeOperation.None ? deed.Issued
            : reading.Situation.Issued != WakeOperation.None ? reading.Situation.Issued
            : created ? WakeOperation.Create : WakeOperation.None;
        var issued = deed.Issued != WakeOperation.None || (operation != WakeOperation.None && before.IssuedAt is null);
        var finished = done is Plan.Done or Plan.Refuse;
        var message = Messages.Cut(words, LongestMessage);
        return before with
        {
            Action = reading.Intent.Action,
            Phase = done switch
            {
                Plan.Done => WakePhase.Succeeded,
                Plan.Refuse => WakePhase.Failed,
                _ => operation == WakeOperation.None ? WakePhase.Pending : WakePhase.Running,
            },
            Reason = done.Reason,
            Message = message,
            VirtualMachine = machine is null ? deed.Created ?? before.VirtualMachine
                : new() { Namespace = machine.Object.Metadata.Namespace, Name = machine.Object.Metadata.Name, Uid = machine.Object.Metadata.Uid },
            Operation = operation,
            Created = created ? true : before.Created,
            Migration = operation == WakeOperation.LiveMigrate ? MigrationOperations.NameOf(request) : before.Migration,
            // Who creates a machine where it had seen another has seen nothing of this one yet: a clone takes its time.
            Observed = Observed(machine is null && deed.Created is not null ? null : before.Observed, machine, created, finished, deed.Issued != WakeOperation.None),
            IssuedAt = issued ? now : before.IssuedAt,
            CompletedAt = finished ? now : null,
            Conditions = before.Conditions
                .With(Authorized())
                .With(Resolved())
                .With(Condition(
                    "Completed",
                    done switch { Plan.Done => ConditionStatus.True, Plan.Refuse => ConditionStatus.False, _ => ConditionStatus.Unknown },
                    done.Reason, message)),
        };

        Condition Condition(string type, ConditionStatus status, WakeReason reason, string text) => new()
        {
            Type = type,
            Status = status,
            Reason = reason.ToString(),
            Message = text,
            ObservedGeneration = request.Metadata.Generation,
            LastTransitionTime = now,
        };

        // What was allowed when it began stays so.
        Condition Authorized() => before.Conditions?.FirstOrDefault(c => c.Type == "Authorized") is { Status: ConditionStatus.True } allowed && operation != WakeOperation.None ? allowed
            : reading.Judgement is not { } judgement ? Condition("Authorized", ConditionStatus.Unknown, done.Reason, "there is no machine that policies could be asked about")
            : Condition("Authorized", judgement.Refusal is null ? ConditionStatus.True : ConditionStatus.False, judgement.Reason, Messages.Cut(judgement.Words, LongestMessage));

        Condition Resolved() => found.Count switch
        {
            1 => Condition("Resolved", ConditionStatus.True, WakeReason.TargetFound, Messages.Name(found[0])),
            0 => Condition("Resolved", finished ? ConditionStatus.False : ConditionStatus.Unknown, done.Reason, message),
            _ => Condition("Resolved", ConditionStatus.False, WakeReason.AmbiguousTarget, message),
        };
    }

    private static ObservedMachine? Observed(ObservedMachine? before, Machine? machine, bool created, bool finished, bool isIssued) => machine is null ? before : new()
    {
        Before = before is null && !created ? machine.PrintableStatus : before?.Before, // what was created was not there before
        NodeBefore = before is null ? machine.Node : before.NodeBefore,
        After = finished ? machine.PrintableStatus : null,
        NodeAfter = finished ? machine.Node : null,
        Generation = isIssued ? machine.Object.Metadata.Generation : before?.Generation,
    };
}
