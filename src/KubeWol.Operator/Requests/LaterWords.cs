using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.Operator.Targets;
using KubeWol.Operator.Templates;
using KubeWol.Protocol;

namespace KubeWol.Operator.Requests;

/// <summary>What was asked for after a frame was heard, and was carried out before its request's turn came: that is not undone.</summary>
internal static class LaterWords
{
    private static readonly ResourceIndex<WakeRequest, string> ByMachine =
        new(static r => r.Status is { Phase: WakePhase.Succeeded, VirtualMachine.Uid: { } machine } ? [machine] : []);

    private static readonly ResourceIndex<WakeRequest, string> ByUid = new(static r => r.Metadata.Uid is { } uid ? [uid] : []);

    private static readonly ResourceIndex<WakeRequest, MacAddress> Destroyed =
        new(static r => r.Status is { Phase: WakePhase.Succeeded, Action: WakeAction.Destroy } && MacAddress.TryParse(r.Spec.Target.MacAddress, null, out var address) ? [address] : []);

    /// <summary>The last of them that asked for the opposite of what a request that has not begun asks for; null where there is none.</summary>
    public static Rival? Of(IResourceCache<WakeRequest> requests, Rival mine, Machine machine) =>
        mine.HasBegun || mine.Request.Spec.Frame is null || machine.Object.Metadata.Uid is not { } uid ? null
        : requests.FindBy(ByMachine, uid)
            .Select(r => new Rival(r, r.Status!.Action ?? WakeAction.Unknown))
            // Who made the machine wants it, whether it is up yet or not.
            .Concat(InstanceMarks.MakerOf(machine.Object.Metadata) is { } maker ? requests.FindBy(ByUid, maker).Select(r => new Rival(r, WakeAction.Wake)) : [])
            .Where(r => IsOpposite(mine.Action, r.Action) && Rival.Asked.Compare(mine, r) < 0)
            .Max(Rival.Asked);

    /// <summary>The last that destroyed what has an address, or wanted it gone and found it so, after a frame was heard that would make it now; null where there is none.</summary>
    public static Rival? OfNobody(IResourceCache<WakeRequest> requests, Rival mine) =>
        mine.HasBegun || mine.Request.Spec.Frame is null || mine.Action is not (WakeAction.Wake or WakeAction.Instantiate)
            || !MacAddress.TryParse(mine.Request.Spec.Target.MacAddress, null, out var address) ? null
        : requests.FindBy(Destroyed, address).Select(r => new Rival(r, WakeAction.Destroy)).Where(r => Rival.Asked.Compare(mine, r) < 0).Max(Rival.Asked);

    /// <summary>A destruction that waits takes its turn before a later wake, which makes the machine anew; but what was made or woken already is somebody's now.</summary>
    private static bool IsOpposite(WakeAction earlier, WakeAction later) =>
        Turns.IsOpposite(earlier, later) || (earlier, later) is (WakeAction.Destroy, WakeAction.Wake or WakeAction.Instantiate);
}
