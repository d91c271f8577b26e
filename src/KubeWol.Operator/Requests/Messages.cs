using System.Globalization;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>What a person reads in a request's message and in its Event.</summary>
internal static class Messages
{
    public static string For(WakeRequest request, IReadOnlyList<Machine> found, Plan plan, string? words)
    {
        var said = words is null ? "" : $"; KubeVirt says: {words}";
        var machine = found is [var one] ? one : null;
        return plan.Reason switch
        {
            WakeReason.Started => $"{Name(machine!)} was {Before(request)}; it was started and is ready{On(machine!)}",
            WakeReason.Unpaused => $"{Name(machine!)} was paused; it runs again{On(machine!)}",
            WakeReason.AlreadyActive when request.Status?.Observed?.Before is { } before and not "Running" => $"{Name(machine!)} was {before} and came up by itself{On(machine!)}",
            WakeReason.AlreadyActive => $"{Name(machine!)} runs already{On(machine!)}",
            WakeReason.LookingForTarget => $"no VirtualMachine has {Target(request)} yet; looking for {VerbTable.SearchTime.TotalSeconds:0} s",
            WakeReason.WaitingForStart when plan is Plan.Act { Operation: WakeOperation.Unpause } => $"{Name(machine!)} is being unpaused",
            WakeReason.WaitingForStart when words is not null => $"{Name(machine!)} could not be started just now, trying again{said}",
            WakeReason.WaitingForStart when machine!.State == MachineState.Running => $"{Name(machine)} runs, but is not ready yet",
            WakeReason.WaitingForStart => $"{Name(machine!)} is on its way up",
            WakeReason.WaitingForStop => $"{Name(machine!)} is stopping; it will be started then",
            WakeReason.WaitingForMigration => $"{Name(machine!)} is being migrated",
            WakeReason.WaitingForRecovery => $"{Name(machine!)} is {machine!.PrintableStatus}; KubeVirt goes on trying{Because(machine)}",
            WakeReason.WaitingForKubeVirt => $"KubeVirt cannot be asked, trying again: {words}",
            WakeReason.UnknownTarget => $"no VirtualMachine {Reach(request)} has {Target(request)}",
            WakeReason.AmbiguousTarget => $"{found.Count} VirtualMachines have {Target(request)}: {string.Join(", ", found.Select(Name).Order(StringComparer.Ordinal))}; none was touched",
            WakeReason.TargetTerminating => $"{Name(machine!)} is being deleted",
            WakeReason.NotStartable => $"{Name(machine!)} has run strategy {machine!.RunStrategy} and cannot be started",
            WakeReason.Forbidden => $"KubeWol may not do that to {Name(machine!)}{said}",
            WakeReason.Refused => $"KubeVirt refused to wake {Name(machine!)}{said}",
            WakeReason.UnsupportedAction => "this version of KubeWol does not know that action",
            WakeReason.DeadlineExceeded => string.Create(CultureInfo.InvariantCulture,
                $"not done within {request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds} s; {Last(request, machine)}"),
            _ => plan.Reason.ToString(),
        };
    }

    public static string Name(Machine machine) => $"{machine.Object.Metadata.Namespace}/{machine.Object.Metadata.Name}";

    private static string Target(WakeRequest request) => request.Spec.Target switch
    {
        { MacAddress: { } mac } => $"the MAC address {mac}",
        { Name: var name } => $"the name {name}",
    };

    private static string Reach(WakeRequest request) => request.Spec.Frame is null ? $"in namespace {request.Metadata.Namespace}" : "in the cluster";

    private static string Before(WakeRequest request) => (request.Status?.Observed?.Before ?? "Stopped").ToLowerInvariant();

    private static string On(Machine machine) => machine.Node is { } node ? $" on {node}" : "";

    private static string Because(Machine machine) => machine.CreationFailure is { } failure ? $": {failure}" : "";

    private static string Last(WakeRequest request, Machine? machine) =>
        request.Status?.Message is { Length: > 0 } last ? $"the last word was: {last}" : machine is null ? "it was never looked at in time" : $"{Name(machine)} is {machine.PrintableStatus}";
}
