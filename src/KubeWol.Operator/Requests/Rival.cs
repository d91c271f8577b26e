using System.Globalization;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>An unfinished request as its rivals for the same machine see it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Action">What it asks for.</param>
/// <param name="IsUnseen">Whether what KubeVirt accepted for it does not show at the machine yet.</param>
internal sealed record Rival(WakeRequest Request, WakeAction Action, bool IsUnseen = false)
{
    /// <summary>The order in which they were asked for. No two are equal, so that all see the same order.</summary>
    public static readonly Comparer<Rival> Asked = Comparer<Rival>.Create((a, b) =>
        a.AskedAt.CompareTo(b.AskedAt) is not 0 and var time ? time
        : a.Sequence.CompareTo(b.Sequence) is not 0 and var place ? place
        : string.CompareOrdinal(a.Request.Metadata.Uid, b.Request.Metadata.Uid));

    /// <summary>
    /// The order in which they are carried out: what has begun is finished first, even if another, which arrives late, was asked for before it.
    /// </summary>
    public static readonly Comparer<Rival> Turns = Comparer<Rival>.Create((a, b) =>
        b.HasBegun.CompareTo(a.HasBegun) is not 0 and var begun ? begun : Asked.Compare(a, b));

    /// <summary>Whether something was done for it.</summary>
    public bool HasBegun => Request.Status?.Operation is not (null or WakeOperation.None);

    /// <summary>Whether it switches the machine off without asking the guest.</summary>
    public bool Forces => Action == WakeAction.Sleep && Request.Spec.Sleep is { Force: true };

    /// <summary>
    /// When it was asked for: at the frame, where there was one. A frame cannot be younger than its request, which the API server's clock dates to the
    /// second: a node whose clock is ahead does not make its frames the last word.
    /// </summary>
    private DateTimeOffset AskedAt
    {
        get
        {
            var created = Request.Metadata.CreationTimestamp ?? default;
            return Request.Spec.Frame?.CapturedAt is { } captured && captured < created.AddSeconds(1) ? captured : created;
        }
    }

    private long Sequence => Request.Status?.Sequence ?? SequenceOf(Request);

    /// <summary>The place of a request among those of the same second: the version under which the operator first sees it.</summary>
    public static long SequenceOf(WakeRequest request) =>
        long.TryParse(request.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : long.MaxValue;
}
