namespace KubeWol.FaultProxy;

/// <summary>How often which faults are injected at random.</summary>
public sealed record FaultRates
{
    /// <summary>How many of the calls that can meet a fault get one: 0 to 1.</summary>
    public double Share { get; init; } = 0.02;

    /// <summary>The faults, each as often as it stands here among those that a call can meet. By default all that an honest server and network produce.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } =
    [
        FaultKind.Unauthorized, FaultKind.NotServed, FaultKind.Gone, FaultKind.GoneEvent, FaultKind.TooManyRequests, FaultKind.InternalError, FaultKind.Unavailable,
        FaultKind.GatewayTimeout, FaultKind.GatewayTimeoutAfter, FaultKind.Reset, FaultKind.ResetAfter, FaultKind.Disconnect, FaultKind.Truncated, FaultKind.CutEvent, FaultKind.Slow,
    ];

    /// <summary>Which calls; null for all.</summary>
    public Func<ApiCall, bool>? When { get; init; }
}
