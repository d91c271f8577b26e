using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Requests;

namespace KubeWol.Operator.Templates;

/// <summary>A JSON merge patch of a template's status.</summary>
internal sealed record WakeTemplateStatusPatch(PatchMetadata Metadata, WakeTemplateStatus Status);
