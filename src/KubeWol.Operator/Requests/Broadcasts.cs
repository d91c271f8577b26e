using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Requests;

/// <summary>
/// Of one broadcast only one request counts, whoever heard it. Agents usually see to it by the request's name; this is for what that cannot settle:
/// copies on both sides of a window's boundary, an agent that was cut off, one that was restarted between two frames and has forgotten the first.
/// </summary>
internal static class Broadcasts
{
    /// <summary>Copies of one broadcast were heard within less than this, by clocks that agents put right. Whoever repeats a message later wants it again.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private static readonly ResourceIndex<WakeRequest, string> ByMessage = new(static r => MessageOf(r) is { } message ? [message] : []);

    /// <summary>Whose request counts: what was begun or judged before, then the first that was written.</summary>
    private static readonly Comparer<WakeRequest> Order = Comparer<WakeRequest>.Create(static (a, b) =>
        IsOpen(a).CompareTo(IsOpen(b)) is not 0 and var open ? open
        : Nullable.Compare(a.Metadata.CreationTimestamp, b.Metadata.CreationTimestamp) is not 0 and var created ? created
        : Nullable.Compare(a.Spec.Frame!.CapturedAt, b.Spec.Frame!.CapturedAt) is not 0 and var captured ? captured
        : string.CompareOrdinal(a.Metadata.Name, b.Metadata.Name));

    /// <summary>The other request that counts in place of this one; null where this one does.</summary>
    public static WakeRequest? CountsFor(IResourceCache<WakeRequest> requests, WakeRequest request)
    {
        if (!IsOpen(request) || MessageOf(request) is not { } message) return null;
        var counting = new List<WakeRequest>();
        foreach (var before in requests.FindBy(ByMessage, message).Where(r => Order.Compare(r, request) < 0).Order(Order))
        {
            // One that itself gives way to another counts for nothing: that one may be too far away to be a copy of this.
            if (!IsOpen(before) || First(before) is null) counting.Add(before);
        }

        return First(request);

        WakeRequest? First(WakeRequest copy) => counting.Find(r => IsCopy(r, copy));
    }

    private static bool IsCopy(WakeRequest one, WakeRequest other) =>
        one.Metadata is { DeletionTimestamp: null } && one.Metadata.Namespace == other.Metadata.Namespace
        && (one.Spec.Frame!.CapturedAt - other.Spec.Frame!.CapturedAt)?.Duration() < Tolerance
        && one.Status?.Reason != WakeReason.SameBroadcast;

    /// <summary>Whether nothing was done for it, and nothing decided.</summary>
    private static bool IsOpen(WakeRequest request) => !request.IsFinished() && request.Status?.Operation is null or WakeOperation.None;

    private static string? MessageOf(WakeRequest request) => request.Spec.Frame is null ? null : request.Metadata.Labels?.GetValueOrDefault(RequestMarks.Message);
}
