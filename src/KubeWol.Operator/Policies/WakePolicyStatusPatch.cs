using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Policies;

/// <summary>A JSON merge patch of a policy's status.</summary>
internal sealed record WakePolicyStatusPatch(PatchMetadata Metadata, WakePolicyStatus Status);
