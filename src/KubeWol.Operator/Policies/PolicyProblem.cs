using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Policies;

/// <summary>Why a policy, or a part of it, can have no effect.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Words">The same for people, with what to do.</param>
internal sealed record PolicyProblem(PolicyReason Reason, string Words);
