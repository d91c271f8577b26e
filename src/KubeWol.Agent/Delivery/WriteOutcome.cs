using KubeWol.Api.V1Alpha1;

namespace KubeWol.Agent.Delivery;

/// <summary>What became of a message that was brought to the API server.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Request">Its request: ours, or ours as it would have been.</param>
/// <param name="Problem">What the API server says against it; only with Refused.</param>
internal sealed record WriteOutcome(WriteResult Result, WakeRequest Request, string? Problem = null);
