using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests.Verbs;

/// <summary>Away: deleted, whatever it is doing; done when it is gone.</summary>
internal static class Destroying
{
    public static Plan Decide(in Situation now) => now.State == MachineState.Terminating
        ? VerbTable.Wait(WakeReason.WaitingForDeletion)
        : VerbTable.Issue(WakeOperation.Delete, WakeReason.WaitingForDeletion, now);
}
