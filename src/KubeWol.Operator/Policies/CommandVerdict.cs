using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;

namespace KubeWol.Operator.Policies;

/// <summary>What verifying a command comes to.</summary>
/// <param name="Command">What it says; null unless a known key has signed it.</param>
/// <param name="Refusal">Why it does not count; null when it does.</param>
/// <param name="Words">The same for people.</param>
internal sealed record CommandVerdict(SignedCommand? Command, WakeReason? Refusal = null, string? Words = null);
