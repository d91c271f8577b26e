using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>The status a request has after a pass: a pure function, so that the same pass twice writes nothing the second time.</summary>
internal static class RequestStatus
{
    private const int LongestMessage = 1024; // the CRD's bound

    public static WakeRequestStatus After(WakeRequest request, IReadOnlyList<Machine> found, Plan plan, Plan next, string? words, DateTimeOffset now)
    {
        var before = request.Status ?? new() { AcceptedAt = now };
        var machine = found is [var one] ? one : null;
        var issued = next as Plan.Act;
        var operation = issued?.Operation ?? before.Operation ?? WakeOperation.None;
        var finished = next is Plan.Done or Plan.Refuse;
        var message = Cut(Messages.For(request, found, next, words));
        return before with
        {
            Action = request.Spec.Action ?? WakeAction.Wake,
            Phase = next switch
            {
                Plan.Done => WakePhase.Succeeded,
                Plan.Refuse => WakePhase.Failed,
                _ => operation == WakeOperation.None ? WakePhase.Pending : WakePhase.Running,
            },
            Reason = next.Reason,
            Message = message,
            VirtualMachine = machine is null ? before.VirtualMachine
                : new() { Namespace = machine.Object.Metadata.Namespace, Name = machine.Object.Metadata.Name, Uid = machine.Object.Metadata.Uid },
            Operation = operation,
            Observed = Observed(before.Observed, machine, finished),
            IssuedAt = issued is null ? before.IssuedAt : now,
            CompletedAt = finished ? now : null,
            Conditions = before.Conditions
                .With(Condition("Authorized", ConditionStatus.True, WakeReason.DefaultPolicy, "no policies apply: every machine may be woken"))
                .With(Resolved(found, next, message))
                .With(Condition("Completed", finished ? Is(next is Plan.Done) : ConditionStatus.Unknown, next.Reason, message)),
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

        Condition Resolved(IReadOnlyList<Machine> candidates, Plan outcome, string text) => candidates.Count switch
        {
            1 => Condition("Resolved", ConditionStatus.True, WakeReason.TargetFound, $"{Messages.Name(candidates[0])}"),
            0 when outcome is Plan.Wait => Condition("Resolved", ConditionStatus.Unknown, outcome.Reason, text),
            0 => Condition("Resolved", ConditionStatus.False, outcome.Reason == WakeReason.UnsupportedAction ? WakeReason.UnsupportedAction : WakeReason.UnknownTarget, text),
            _ => Condition("Resolved", ConditionStatus.False, WakeReason.AmbiguousTarget, text),
        };
    }

    private static ObservedMachine? Observed(ObservedMachine? before, Machine? machine, bool finished) => machine is null ? before : new()
    {
        Before = before?.Before ?? machine.PrintableStatus,
        NodeBefore = before is null ? machine.Node : before.NodeBefore,
        After = finished ? machine.PrintableStatus : null,
        NodeAfter = finished ? machine.Node : null,
    };

    private static ConditionStatus Is(bool holds) => holds ? ConditionStatus.True : ConditionStatus.False;

    private static string Cut(string text) => text.Length <= LongestMessage ? text : string.Concat(text.AsSpan(0, LongestMessage - 1), "…");
}
