using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>A frame as policies see it.</summary>
/// <param name="Frame">What was heard.</param>
/// <param name="IsReversed">Whether the machine's address stands backwards in it.</param>
/// <param name="Said">What the request says it asks for, where it does.</param>
internal sealed record Message(CapturedFrame Frame, bool IsReversed = false, WakeAction? Said = null);
