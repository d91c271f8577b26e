using System.Globalization;
using System.Text.Unicode;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>What a person reads in a request's message and in its Event.</summary>
internal static class Messages
{
    private const int NamesShown = 5;

    /// <param name="request">The request as it was before this pass.</param>
    /// <param name="found">The machines it means.</param>
    /// <param name="plan">What is done about it.</param>
    /// <param name="words">What KubeVirt said, if it said something.</param>
    /// <param name="everywhere">Whether the target was looked for in all namespaces.</param>
    public static string For(WakeRequest request, IReadOnlyList<Machine> found, Plan plan, string? words, bool everywhere)
    {
        var machine = found is [var one] ? one : null;
        var before = request.Status?.Observed?.Before ?? machine?.PrintableStatus;
        return plan.Reason switch
        {
            WakeReason.Started => $"{Name(machine!)} was {before}; it was started and is ready{On(machine!)}",
            WakeReason.Unpaused => $"{Name(machine!)} was paused; it runs again{On(machine!)}",
            WakeReason.AlreadyActive when before == "Running" => $"{Name(machine!)} runs already{On(machine!)}",
            WakeReason.AlreadyActive => $"{Name(machine!)} was {before} and runs now{On(machine!)}",
            WakeReason.LookingForTarget =>
                $"{Missing(request, everywhere)}; looking for it for {VerbTable.SearchTime.TotalSeconds:0} s, in case it is being created",
            WakeReason.WaitingForStart when words is not null => $"{Name(machine!)} could not be woken just now, trying again; KubeVirt says: {words}",
            WakeReason.WaitingForStart when machine!.State == MachineState.Paused => $"{Name(machine)} is being unpaused",
            WakeReason.WaitingForStart when machine!.State == MachineState.Running => $"{Name(machine)} runs, but is not ready yet",
            WakeReason.WaitingForStart => $"{Name(machine!)} is on its way up",
            WakeReason.WaitingForStop => $"{Name(machine!)} is stopping; it will be started then",
            WakeReason.WaitingForMigration => $"{Name(machine!)} is being migrated",
            WakeReason.WaitingForRecovery =>
                $"{Name(machine!)} does not come up yet; KubeVirt shows {machine!.PrintableStatus}{Because(machine)} and goes on trying",
            WakeReason.WaitingForKubeVirt => $"KubeVirt cannot be asked just now, trying again: {words}",
            WakeReason.UnknownTarget when request.Spec.Target.Name is not null => Missing(request, everywhere),
            WakeReason.UnknownTarget => $"{Missing(request, everywhere)}; a machine that is off is known only by the addresses in its spec",
            WakeReason.AmbiguousTarget =>
                $"{found.Count} VirtualMachines have the MAC address {request.Spec.Target.MacAddress}: {Names(found)}; none was touched. Give each an address of its own",
            WakeReason.TargetTerminating => $"{Name(machine!)} is being deleted",
            WakeReason.NotStartable when machine!.State == MachineState.Finished =>
                $"{Name(machine)} has had its one run; change its run strategy from Once to start it again",
            WakeReason.NotStartable => $"{Name(machine!)} waits for a migration from elsewhere (run strategy WaitAsReceiver) and cannot be started",
            WakeReason.Forbidden => $"KubeWol is not allowed to wake {Name(machine!)}; the API server says: {words}",
            WakeReason.Refused => $"KubeVirt refuses to wake {Name(machine!)}; it says: {words}",
            WakeReason.UnsupportedAction => $"this version of KubeWol does not know that action; it knows {nameof(WakeAction.Wake)}",
            WakeReason.DeadlineExceeded => string.Create(CultureInfo.InvariantCulture,
                $"not done within {request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds} s; {Last(request, machine)}"),
            _ => plan.Reason.ToString(),
        };
    }

    public static string Name(Machine machine) => $"{machine.Object.Metadata.Namespace}/{machine.Object.Metadata.Name}";

    /// <summary>As much of <paramref name="text"/> as fits into so many bytes of UTF-8, with an ellipsis where something is left out.</summary>
    public static string Cut(string text, int bytes)
    {
        var all = new byte[bytes];
        if (Utf8.FromUtf16(text, all, out _, out _) == System.Buffers.OperationStatus.Done) return text;
        Utf8.FromUtf16(text, all.AsSpan(0, bytes - "…"u8.Length), out var fitting, out _);
        return string.Concat(text.AsSpan(0, fitting), "…");
    }

    private static string Missing(WakeRequest request, bool everywhere) => request.Spec.Target switch
    {
        { Name: { } name } => $"there is no VirtualMachine {request.Metadata.Namespace}/{name}",
        { MacAddress: var mac } => $"no VirtualMachine in {(everywhere ? "the cluster" : $"namespace {request.Metadata.Namespace}")} has the MAC address {mac}",
    };

    private static string Names(IReadOnlyList<Machine> found) =>
        string.Join(", ", found.Select(Name).Order(StringComparer.Ordinal).Take(NamesShown))
        + (found.Count > NamesShown ? $" and {found.Count - NamesShown} more" : "");

    private static string On(Machine machine) => machine.Node is { } node ? $" on {node}" : "";

    private static string Because(Machine machine) => machine.CreationFailure is { } failure ? $" ({failure})" : "";

    private static string Last(WakeRequest request, Machine? machine) =>
        request.Status?.Message is { Length: > 0 } last ? $"the last word was: {last}"
        : machine is null ? "it was never looked at in time"
        : $"{Name(machine)} is {machine.PrintableStatus}";
}
