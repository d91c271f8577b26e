using KubeWol.Api.V1Alpha1;

namespace KubeWol.Operator.Templates;

/// <summary>Why a template cannot be used.</summary>
/// <param name="Reason">In one word.</param>
/// <param name="Words">The rest of a sentence that begins with the template.</param>
internal sealed record TemplateProblem(TemplateReason Reason, string Words);
