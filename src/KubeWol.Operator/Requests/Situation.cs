using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>Everything a decision depends on.</summary>
internal readonly record struct Situation
{
    /// <summary>What is asked for.</summary>
    public required WakeAction Action { get; init; }

    /// <summary>How many machines the target names.</summary>
    public required int Found { get; init; }

    /// <summary>Why no policy lets it do this to the machine, or to the one that is to be made; null where one does, or where there is neither.</summary>
    public WakeReason? Refusal { get; init; }

    /// <summary>What the machine is doing; of no meaning unless there is exactly one.</summary>
    public MachineState State { get; init; }

    /// <summary>Whether the guest is ready.</summary>
    public bool IsReady { get; init; }

    /// <summary>Whether the request has found a machine before.</summary>
    public bool HadMachine { get; init; }

    /// <summary>Whether this request created the machine.</summary>
    public bool Created { get; init; }

    /// <summary>What this request did to the machine last.</summary>
    public required WakeOperation Issued { get; init; }

    /// <summary>How long ago that was.</summary>
    public TimeSpan SinceIssued { get; init; }

    /// <summary>Whether the answer to that was lost, so that nobody knows whether it was done.</summary>
    public bool IsUnanswered { get; init; }

    /// <summary>Whether somebody has stopped the machine since this request started it.</summary>
    public bool IsUndone { get; init; }

    /// <summary>How old the request is.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>How old it may become.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Whether it is this request's turn among those for the same machine.</summary>
    public Turn Turn { get; init; }

    /// <summary>How to sleep; of no meaning for other verbs.</summary>
    public SleepMode Sleep { get; init; }

    /// <summary>Whether a machine that does not shut down is switched off.</summary>
    public bool Force { get; init; }

    /// <summary>Where to move, and how far that has come; of no meaning for other verbs.</summary>
    public Movement Movement { get; init; }

    /// <summary>What templates say about an address that nobody has.</summary>
    public Claim Claim { get; init; }
}
