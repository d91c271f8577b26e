using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The VirtualMachine's status, from the machine as it is (<c>pkg/virt-controller/watch/vm/vm.go</c>, updateStatus).</summary>
internal static class VmStatusRules
{
    public static Machine Next(Machine machine, Pass pass)
    {
        var now = pass.Stamp;
        if (machine.Vm is not { } vm) return machine;
        var vmi = machine.Vmi;
        var before = vm.Status;
        var status = before with
        {
            Created = vmi is not null ? true : null,
            Ready = vmi?.Status.Conditions.IsTrue(Condition.Ready) == true ? true : null,

            // Mirrored from the first start on, so that it tells whether the machine was ever started.
            RunStrategy = before.RunStrategy is not null || vmi is not null ? vm.RunStrategy : null,
            StateChangeRequests = IsFirstRequestDone(vm, vmi) ? Rest(before.StateChangeRequests!) : before.StateChangeRequests,
            StartFailure = StartFailures.Next(vm, vmi, pass.Delays.CrashLoopBackOff, now),
            Conditions = ConditionsOf(machine, vm, now),
        };
        vm = vm with { Status = status };
        status = status with { PrintableStatus = PrintableStatus.Of(vm, vmi) };
        return status == before ? machine : machine with { Vm = vm with { Status = status } };
    }

    /// <summary>A stop is done when its instance is gone, a start when there is a live instance.</summary>
    private static bool IsFirstRequestDone(VirtualMachine vm, VirtualMachineInstance? vmi) => vm.FirstRequest switch
    {
        { Action: StateChangeRequest.Stop } stop => stop.Uid is null || stop.Uid != vmi?.Metadata.Uid,
        { Action: StateChangeRequest.Start } => vmi is { IsDeleting: false, IsFinal: false },
        _ => false,
    };

    private static IReadOnlyList<StateChangeRequest>? Rest(IReadOnlyList<StateChangeRequest> requests) => requests.Count == 1 ? null : [.. requests.Skip(1)];

    private static IReadOnlyList<Condition>? ConditionsOf(Machine machine, VirtualMachine vm, DateTimeOffset now)
    {
        var vmi = machine.Vmi;
        var conditions = vm.Status.Conditions;
        conditions = vmi is null
            ? conditions.Set(new(Condition.Ready, "False", "VMINotExists", "VMI does not exist"), now)
            : vmi.Status.Conditions.Get(Condition.Ready) is { } ready
                ? conditions.Put(ready)
                : conditions.Set(new(Condition.Ready, "False", "VMIConditionMissing", "VMI is missing the Ready condition"), now);
        conditions = machine.Guest.CreateFailure is { } failure && vmi is null
            ? conditions.Set(new(Condition.Failure, "True", "FailedCreate", $"Failure while starting VMI: {failure.Message}"), now)
            : conditions.Remove(Condition.Failure);

        // Without an instance the conditions that were copied from the last one stay as they were: a machine that was stopped
        // while paused goes on saying Paused=True until its next start.
        if (vmi is null) return conditions;
        foreach (var condition in vmi.Status.Conditions ?? []) conditions = conditions.Put(condition);
        foreach (var condition in conditions ?? [])
        {
            if (condition.Type is not (Condition.Ready or Condition.Failure or "RestartRequired") && vmi.Status.Conditions.Get(condition.Type) is null)
            {
                conditions = conditions.Remove(condition.Type);
            }
        }

        return conditions;
    }
}
