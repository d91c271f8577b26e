using KubeWol.Agent.Index;
using KubeWol.Protocol;

namespace KubeWol.Agent;

/// <summary>How the agent was started.</summary>
internal sealed record AgentOptions
{
    /// <summary>The namespace WakeRequests are written to.</summary>
    public required string Namespace { get; init; }

    /// <summary>The node this agent listens on.</summary>
    public required string NodeName { get; init; }

    /// <summary>Names or patterns (*, ?) of the interfaces to listen on; empty for the default choice.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Names or patterns of interfaces never to listen on.</summary>
    public IReadOnlyList<string> ExcludedInterfaces { get; init; } = [];

    /// <summary>UDP ports listened for.</summary>
    public WolPorts Ports { get; init; } = WolPorts.Default;

    /// <summary>Whether interfaces are told to hand over unicast frames for other machines, too; without it a packet sent to a virtual machine's own address may stay unheard.</summary>
    public bool Promiscuous { get; init; } = true;

    /// <summary>The kernel's capture buffer of each interface, in MiB.</summary>
    public int BufferMebibytes { get; init; } = 2;

    /// <summary>How many messages are taken.</summary>
    public RateLimits RateLimits { get; init; } = RateLimits.Default;

    /// <summary>What is done with messages while it is not known which addresses machines have.</summary>
    public WithoutIndex WithoutIndex { get; init; } = WithoutIndex.Open;

    /// <summary>What is kept until the API server has acknowledged it.</summary>
    public SpoolOptions Spool { get; init; } = new();

    /// <summary>Whether to report addresses that would be a machine's if they were read backwards: the operator may take them for Sleep.</summary>
    public bool ReversedMacs { get; init; }
}
