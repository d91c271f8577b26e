using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Page;

/// <summary>All that one view of the status page shows, bounded: lists are cut, and how much there is besides is counted.</summary>
internal sealed record PageFacts
{
    /// <summary>When it was looked at.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether this replica does the work.</summary>
    public required bool IsLeading { get; init; }

    /// <summary>What is looked for; empty for everything.</summary>
    public string Find { get; init; } = "";

    /// <summary>What frames may do to machines that no policy selects.</summary>
    public IReadOnlyList<WakeAction> DefaultVerbs { get; init; } = [];

    /// <summary>How many addresses agents listen for.</summary>
    public int Addresses { get; init; }

    public Shown<MachineRow> Machines { get; init; } = Shown<MachineRow>.Nothing;

    public Shown<RequestRow> Requests { get; init; } = Shown<RequestRow>.Nothing;

    public Shown<AgentRow> Agents { get; init; } = Shown<AgentRow>.Nothing;

    public Shown<RuleRow> Policies { get; init; } = Shown<RuleRow>.Nothing;

    public Shown<RuleRow> Templates { get; init; } = Shown<RuleRow>.Nothing;
}

/// <summary>The first of a list.</summary>
/// <param name="Rows">Those that are shown.</param>
/// <param name="Found">How many fit what is looked for.</param>
/// <param name="All">How many there are.</param>
internal sealed record Shown<T>(IReadOnlyList<T> Rows, int Found, int All)
{
    public static Shown<T> Nothing { get; } = new([], 0, 0);
}

/// <summary>A machine.</summary>
internal sealed record MachineRow(string Name, IReadOnlyList<string> Addresses, string State, string? Node, IReadOnlyList<string> Policies);

/// <summary>A request: what was asked, by whom, what became of it, and how long that took.</summary>
internal sealed record RequestRow(string Action, string Target, string Phase, string Reason, string Message, string From, DateTimeOffset? At, Journey Journey);

/// <summary>A node, and the agent on it.</summary>
internal sealed record AgentRow(string Node, AgentState State, AgentFigures? Figures);

/// <summary>How an agent is.</summary>
internal enum AgentState
{
    /// <summary>The node has none.</summary>
    Missing,

    /// <summary>There is one, and it says that it is not ready.</summary>
    NotReady,

    /// <summary>It listens.</summary>
    Ready,
}

/// <summary>A policy or a template, and what is wrong with it.</summary>
internal sealed record RuleRow(string Name, string Says, int Machines, bool? IsReady, string Reason, string Message);
