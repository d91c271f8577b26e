using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Page;

/// <summary>How long the parts of a request's way took; null for a part that it has not been through, or did not have.</summary>
/// <param name="Reporting">From the frame's arrival at a node to the operator's first look at the request.</param>
/// <param name="Deciding">From there to KubeVirt's acceptance of what was asked of it; to the end where nothing was.</param>
/// <param name="Doing">From there to the end.</param>
internal sealed record Journey(TimeSpan? Reporting, TimeSpan? Deciding, TimeSpan? Doing)
{
    /// <summary>All parts together.</summary>
    public TimeSpan Total => (Reporting ?? default) + (Deciding ?? default) + (Doing ?? default);

    /// <summary>Whether there is anything to show.</summary>
    public bool HasBegun => Reporting is not null || Deciding is not null;

    /// <summary>
    /// The API server's creationTimestamp has whole seconds, so the stages are those with microseconds. Clocks of two machines may differ: a part
    /// that would be negative took no time.
    /// </summary>
    public static Journey Of(WakeRequest request)
    {
        var (heard, status) = (request.Spec.Frame?.CapturedAt, request.Status);
        var decided = status?.IssuedAt ?? status?.CompletedAt;
        return new(
            Between(heard, status?.AcceptedAt),
            Between(status?.AcceptedAt, decided),
            status?.IssuedAt is null ? null : Between(status.IssuedAt, status.CompletedAt));
    }

    private static TimeSpan? Between(DateTimeOffset? from, DateTimeOffset? to) => to - from is { } time ? time < TimeSpan.Zero ? TimeSpan.Zero : time : null;
}
