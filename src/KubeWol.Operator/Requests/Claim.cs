using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Requests;

/// <summary>What templates say about an address that nobody has.</summary>
/// <param name="Templates">How many may make a machine for it: those that claim it, or the one that the request names.</param>
/// <param name="Problem">Why the one cannot be used; null when it can.</param>
/// <param name="Words">The same for people, also where it is none or too many.</param>
internal readonly record struct Claim(int Templates, WakeReason? Problem = null, string? Words = null);
