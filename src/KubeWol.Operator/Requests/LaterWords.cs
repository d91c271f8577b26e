using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>What was asked for after a frame was heard, and was carried out before its request arrived: that is not undone.</summary>
internal static class LaterWords
{
    private static readonly ResourceIndex<WakeRequest, string> ByMachine =
        new(static r => r.Status is { Phase: WakePhase.Succeeded, VirtualMachine.Uid: { } machine } ? [machine] : []);

    /// <summary>The last of them that asked for the opposite of what a request that has not begun asks for; null where there is none.</summary>
    public static Rival? Of(IResourceCache<WakeRequest> requests, Rival mine, Machine machine) =>
        mine.HasBegun || mine.Request.Spec.Frame is null || machine.Object.Metadata.Uid is not { } uid ? null
        : requests.FindBy(ByMachine, uid)
            .Select(r => new Rival(r, r.Status!.Action ?? WakeAction.Unknown))
            .Where(r => Turns.IsOpposite(mine.Action, r.Action) && Rival.Asked.Compare(mine, r) < 0)
            .Max(Rival.Asked);
}
