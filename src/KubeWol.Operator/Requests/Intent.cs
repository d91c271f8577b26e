using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Policies;

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

    /// <summary>The run strategy that a Halted machine gets, where nothing on the machine says otherwise.</summary>
    public required string StartAs { get; init; }

    /// <param name="request">The request.</param>
    /// <param name="judgement">What it was taken for, and by which policy.</param>
    /// <param name="selector">The labels of the nodes that a move may go to.</param>
    /// <param name="options">The configuration.</param>
    public static Intent Of(WakeRequest request, Judgement judgement, IReadOnlyDictionary<string, string> selector, OperatorOptions options) => new()
    {
        Action = judgement.Action,
        Sleep = request.Spec.Sleep?.Mode ?? judgement.Policy?.Spec.SleepMode ?? options.DefaultSleepMode,
        GracePeriodSeconds = request.Spec.Sleep is { Force: true } ? 0 : request.Spec.Sleep?.GracePeriodSeconds,
        NodeSelector = selector,
        Instantiate = judgement.Command is { } command ? new() { Template = command.Template, Parameters = command.Parameters } : request.Spec.Instantiate ?? new(),
        StartAs = judgement.Policy?.Spec.StartAs?.ToString() ?? options.StartAs,
    };
}
