using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Tests.Docs;

/// <summary>How a request goes from a situation to its end if everything goes well, in a few words. What is done is asked of the verb table.</summary>
internal static class Course
{
    /// <summary>The words for the way from <paramref name="now"/>: what is waited for, what is done, and the reason it ends with.</summary>
    public static string Of(Situation now)
    {
        var steps = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            var plan = VerbTable.Decide(now);
            switch (plan)
            {
                case Plan.Done:
                    return $"{string.Join(", ", steps)} → `{plan.Reason}`".Trim();
                case Plan.Refuse { CancelMigration: true }:
                    return $"{string.Join(", ", [.. steps, "**cancel**"])} ✗ `{plan.Reason}`";
                case Plan.Refuse:
                    return $"{string.Join(", ", steps)} ✗ `{plan.Reason}`".Trim();
                case Plan.Act act:
                    steps.Add(Words(act.Operation));
                    now = After(act.Operation, now);
                    break;
                case Plan.Wait:
                    steps.Add(Words(plan.Reason));
                    now = Later(plan.Reason, now);
                    break;
            }

            if (now.Found == 1) now = now with { HadMachine = true };
        }

        throw new InvalidOperationException($"no end in sight: {string.Join(", ", steps)}");
    }

    private static Situation After(WakeOperation operation, Situation now) => operation switch
    {
        WakeOperation.Start or WakeOperation.Unpause => now with { State = MachineState.Running, IsReady = true, Issued = operation },
        WakeOperation.Pause => now with { State = MachineState.Paused, Issued = operation },
        WakeOperation.Stop => now with { State = MachineState.Stopped, Issued = operation },
        WakeOperation.LiveMigrate => now with { Movement = new() { IsThere = true, Migration = MigrationProgress.Succeeded }, Issued = operation },
        WakeOperation.Place => now with { Movement = new() { IsPlaced = true }, Issued = operation },
        WakeOperation.Create => now with { Found = 1, State = MachineState.Running, IsReady = true, Created = true, Issued = operation },
        WakeOperation.Delete => now with { Found = 0, Issued = operation },
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "not known to the documents"),
    };

    private static Situation Later(WakeReason reason, Situation now) => reason switch
    {
        WakeReason.WaitingForDeletion => now with { Found = 0, Age = now.Age + VerbTable.SearchTime },
        WakeReason.LookingForTarget => now with { Age = now.Age + VerbTable.SearchTime },
        WakeReason.WaitingForStop => now with { State = MachineState.Stopped },
        _ => now with { State = MachineState.Running, IsReady = true },
    };

    private static string Words(WakeOperation operation) => operation switch
    {
        WakeOperation.LiveMigrate => "**migrate live**",
        WakeOperation.Place => "**prefer the node** at the next start",
        WakeOperation.Create => "**create** and start",
        _ => $"**{operation.ToString().ToLowerInvariant()}**",
    };

    private static string Words(WakeReason reason) => reason switch
    {
        WakeReason.LookingForTarget => $"look for it for {VerbTable.SearchTime.TotalSeconds:0} s",
        WakeReason.WaitingForStart => "wait until it runs",
        WakeReason.WaitingForStop => "wait until it is off",
        WakeReason.WaitingForMigration => "wait for the migration",
        WakeReason.WaitingForRecovery => "wait until KubeVirt brings it up",
        WakeReason.WaitingForDeletion => "wait until it is gone",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not known to the documents"),
    };
}
