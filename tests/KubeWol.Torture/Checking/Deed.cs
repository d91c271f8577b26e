using KubeWol.Api.V1Alpha1;

namespace KubeWol.Torture.Checking;

/// <summary>Something that happened to a machine.</summary>
/// <param name="Revision">When, by the store.</param>
/// <param name="Kind">What.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Request">The uid of the request that it says it was done for; null where it does not say.</param>
internal sealed record Deed(long Revision, DeedKind Kind, string Machine, string? Request = null)
{
    /// <summary>Whether it is a word to KubeVirt, and not yet what came of it.</summary>
    public bool IsCall => Kind >= DeedKind.StartCalled;

    /// <summary>Whether a request for this verb may have done it.</summary>
    public bool IsOf(WakeAction? verb) => Kind switch
    {
        DeedKind.Created or DeedKind.CameUp or DeedKind.Unpaused or DeedKind.StartCalled or DeedKind.UnpauseCalled => verb is WakeAction.Wake or WakeAction.Instantiate,
        DeedKind.WentDown or DeedKind.Paused or DeedKind.StopCalled or DeedKind.PauseCalled => verb == WakeAction.Sleep,
        DeedKind.Migrated or DeedKind.Placed => verb == WakeAction.Move,
        _ => verb == WakeAction.Destroy,
    };

    /// <summary>Whether a request that ended like this says that it did it.</summary>
    public bool IsClaimedBy(WakeReason? reason) => ClaimsOf(reason).Contains(Kind) || (Kind, reason) is (DeedKind.StartCalled, WakeReason.Started or WakeReason.Instantiated)
        or (DeedKind.WentDown, WakeReason.Stopped) or (DeedKind.PauseCalled, WakeReason.Paused) or (DeedKind.UnpauseCalled, WakeReason.Unpaused);

    /// <summary>What must have happened where a request ended like this.</summary>
    public static IReadOnlyList<DeedKind> ClaimsOf(WakeReason? reason) => reason switch
    {
        WakeReason.Started => [DeedKind.CameUp],
        WakeReason.Unpaused => [DeedKind.Unpaused],
        WakeReason.Paused => [DeedKind.Paused],
        WakeReason.Stopped => [DeedKind.StopCalled], // a start that had not shown yet is taken back: then nothing goes down
        WakeReason.Moved => [DeedKind.Migrated],
        WakeReason.Instantiated => [DeedKind.Created, DeedKind.CameUp],
        WakeReason.Destroyed => [DeedKind.Deleted],
        _ => [],
    };
}
