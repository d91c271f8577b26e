using System.Globalization;
using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>An unfinished request as its rivals for the same machine see it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Action">What it asks for.</param>
internal sealed record Rival(WakeRequest Request, WakeAction Action)
{
    public static readonly Comparer<Rival> Order = Comparer<Rival>.Create((a, b) => a.Place.CompareTo(b.Place));

    /// <summary>Whether something was done for it.</summary>
    public bool HasBegun => Request.Status?.Operation is not (null or WakeOperation.None);

    /// <summary>
    /// When it was asked for: at the frame, where there was one; then in the order in which the API server took them. A frame cannot be younger than
    /// its request, which the API server's clock dates to the second: a node whose clock is ahead does not make its frames the last word.
    /// </summary>
    private (DateTimeOffset, long, string) Place
    {
        get
        {
            var created = Request.Metadata.CreationTimestamp ?? default;
            var asked = Request.Spec.Frame?.CapturedAt is { } captured && captured < created.AddSeconds(1) ? captured : created;
            return (asked, Request.Status?.Sequence ?? SequenceOf(Request), Request.Metadata.Name);
        }
    }

    /// <summary>The place of a request among those of the same second: the version under which the operator first sees it.</summary>
    public static long SequenceOf(WakeRequest request) =>
        long.TryParse(request.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : long.MaxValue;

    public bool IsBefore(Rival other) => Order.Compare(this, other) < 0;
}
