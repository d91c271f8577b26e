using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>What a request asks for once the operator's configuration has filled in what it leaves open.</summary>
internal sealed record Intent
{
    /// <summary>The verb.</summary>
    public required WakeAction Action { get; init; }

    /// <summary>How to sleep.</summary>
    public SleepMode Sleep { get; init; }

    /// <summary>How long, in seconds, the guest may take to shut down; 0 switches it off at once; null leaves it to the machine.</summary>
    public int? GracePeriodSeconds { get; init; }

    /// <summary>Whether the guest is not asked at all.</summary>
    public bool Force => GracePeriodSeconds == 0;

    /// <summary>The labels of the nodes to move to; empty where the scheduler chooses.</summary>
    public required IReadOnlyDictionary<string, string> NodeSelector { get; init; }

    /// <summary>What to instantiate from.</summary>
    public InstantiateSettings Instantiate { get; init; } = new();

    /// <param name="request">The request.</param>
    /// <param name="reversed">Whether the machine's address stands backwards in it.</param>
    /// <param name="selector">The labels of the nodes that a move names.</param>
    /// <param name="options">The configuration.</param>
    public static Intent Of(WakeRequest request, bool reversed, IReadOnlyDictionary<string, string> selector, OperatorOptions options) => new()
    {
        Action = ActionOf(request, reversed, options),
        Sleep = request.Spec.Sleep?.Mode ?? options.DefaultSleepMode,
        GracePeriodSeconds = request.Spec.Sleep is { Force: true } ? 0 : request.Spec.Sleep?.GracePeriodSeconds,
        NodeSelector = selector,
        Instantiate = request.Spec.Instantiate ?? new(),
    };

    /// <summary>The verb alone. What a frame means is decided by its port and by the direction of the address.</summary>
    public static WakeAction ActionOf(WakeRequest request, bool reversed, OperatorOptions options) => request.Spec switch
    {
        { Action: { } said } => said,
        { Frame.DestinationPort: { } port } when options.Ports.TryGetValue(port, out var meant) => meant,
        { Frame: not null } when reversed => WakeAction.Sleep,
        _ => WakeAction.Wake,
    };
}
