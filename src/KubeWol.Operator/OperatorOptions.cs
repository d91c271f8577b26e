using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

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

    /// <summary>How a machine sleeps where neither the request nor a policy says.</summary>
    public SleepMode DefaultSleepMode { get; init; } = SleepMode.Pause;

    /// <summary>The run strategy a Halted machine gets when it is woken, where neither the machine nor a policy says otherwise.</summary>
    public string StartAs { get; init; } = RunStrategies.Always;

    /// <summary>What frames may do to machines that no WakePolicy selects; never Destroy.</summary>
    public IReadOnlyList<WakeAction> DefaultVerbs { get; init; } = [WakeAction.Wake];

    /// <summary>How often they may.</summary>
    public RateLimits? DefaultLimits { get; init; }

    /// <summary>The UDP ports that agents hear; null where that is not known.</summary>
    public WolPorts? AgentPorts { get; init; }

    /// <summary>Whether agents report addresses that would be a machine's if they were read backwards, of which half look like a group's.</summary>
    public bool AgentsReportReversedMacs { get; init; }

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
