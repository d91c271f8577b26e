using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>The status a request has after a pass: a pure function, so that the same pass twice writes nothing the second time.</summary>
internal static class RequestStatus
{
    private const int LongestMessage = 1024; // the CRD's bound

    /// <param name="request">The request as it was before the pass.</param>
    /// <param name="found">The machines it means.</param>
    /// <param name="done">What was done about it.</param>
    /// <param name="words">The same for people.</param>
    /// <param name="began">When the pass began.</param>
    /// <param name="now">When it had been done.</param>
    public static WakeRequestStatus After(
        WakeRequest request, IReadOnlyList<Machine> found, Plan done, string words, DateTimeOffset began, DateTimeOffset now)
    {
        var before = request.Status ?? new() { AcceptedAt = began };
        var machine = found is [var one] ? one : null;
        var issued = done as Plan.Act;
        var operation = issued?.Operation ?? before.Operation ?? WakeOperation.None;
        var finished = done is Plan.Done or Plan.Refuse;
        var message = Messages.Cut(words, LongestMessage);
        return before with
        {
            Action = request.Spec.Action ?? WakeAction.Wake,
            Phase = done switch
            {
                Plan.Done => WakePhase.Succeeded,
                Plan.Refuse => WakePhase.Failed,
                _ => operation == WakeOperation.None ? WakePhase.Pending : WakePhase.Running,
            },
            Reason = done.Reason,
            Message = message,
            VirtualMachine = machine is null ? before.VirtualMachine
                : new() { Namespace = machine.Object.Metadata.Namespace, Name = machine.Object.Metadata.Name, Uid = machine.Object.Metadata.Uid },
            Operation = operation,
            Observed = Observed(before.Observed, machine, finished),
            IssuedAt = issued is null ? before.IssuedAt : now,
            CompletedAt = finished ? now : null,
            Conditions = before.Conditions
                .With(Condition("Authorized", ConditionStatus.True, WakeReason.DefaultPolicy, "no policies apply: every machine may be woken"))
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

        Condition Resolved() => found.Count switch
        {
            1 => Condition("Resolved", ConditionStatus.True, WakeReason.TargetFound, Messages.Name(found[0])),
            0 => Condition("Resolved", finished ? ConditionStatus.False : ConditionStatus.Unknown, done.Reason, message),
            _ => Condition("Resolved", ConditionStatus.False, WakeReason.AmbiguousTarget, message),
        };
    }

    private static ObservedMachine? Observed(ObservedMachine? before, Machine? machine, bool finished) => machine is null ? before : new()
    {
        Before = before?.Before ?? machine.PrintableStatus,
        NodeBefore = before is null ? machine.Node : before.NodeBefore,
        After = finished ? machine.PrintableStatus : null,
        NodeAfter = finished ? machine.Node : null,
    };
}
