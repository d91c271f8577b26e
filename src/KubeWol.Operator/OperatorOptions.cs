using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator;

/// <summary>How the operator was started.</summary>
internal sealed record OperatorOptions
{
    /// <summary>The namespace the agents write to; only requests in it reach beyond their own namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Whether to wait for the leader lease.</summary>
    public required bool LeaderElection { get; init; }

    /// <summary>Requests worked on at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>How a machine sleeps where the request does not say.</summary>
    public SleepMode DefaultSleepMode { get; init; } = SleepMode.Pause;

    /// <summary>The run strategy a Halted machine gets when it is woken, where nothing on the machine says otherwise.</summary>
    public string StartAs { get; init; } = RunStrategies.Always;

    /// <summary>What a magic packet asks for that is sent to a UDP port of its own. To every other port it is a wake.</summary>
    public IReadOnlyDictionary<int, WakeAction> Ports { get; init; } = new Dictionary<int, WakeAction>();

    /// <summary>Whether a magic packet with a machine's MAC address written backwards puts that machine to sleep, as the sleep-on-lan programs do.</summary>
    public bool ReversedMacSleeps { get; init; }

    /// <summary>How long a machine is known by an address that it had without fixing it; zero to remember none.</summary>
    public TimeSpan RememberMacsFor { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Whether a request reaches the machines of a namespace. Only those in KubeWol's own namespace, where the agents write, reach all; whoever
    /// may write requests in another namespace thereby gets no hold on anybody else's machines.
    /// </summary>
    public bool Reaches(WakeRequest request, string? @namespace) => ReachesAll(request) || request.Metadata.Namespace == @namespace;

    /// <summary>Whether a request reaches the machines of all namespaces.</summary>
    public bool ReachesAll(WakeRequest request) => request.Metadata.Namespace == Namespace;
}
