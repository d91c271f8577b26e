using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;

namespace KubeWol.Operator.Policies;

/// <summary>What a request asks for, and whether it may.</summary>
/// <param name="Action">What it asks for; where that could not be verified, what it claims to.</param>
/// <param name="Words">Who allows it or why nobody does, for people.</param>
internal sealed record Judgement(WakeAction Action, string Words)
{
    /// <summary>Why it may not; null where it may.</summary>
    public WakeReason? Refusal { get; init; }

    /// <summary>The policy that allows it and says how; null where none does, or where it was not heard on the network.</summary>
    public WakePolicy? Policy { get; init; }

    /// <summary>The command that was verified.</summary>
    public SignedCommand? Command { get; init; }

    /// <summary>What stands behind it, or against it.</summary>
    public WakeReason Reason => Refusal ?? (Policy is null ? WakeReason.AskedDirectly : DefaultPolicy.Is(Policy) ? WakeReason.DefaultPolicy : WakeReason.PolicyAllows);

    /// <summary>A request that nobody heard: who may make it is decided at the API server.</summary>
    public static Judgement Direct(WakeAction action) => new(action, "who may ask for this is decided when a WakeRequest is created");
}
