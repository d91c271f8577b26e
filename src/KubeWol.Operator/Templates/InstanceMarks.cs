using KubeWol.Api;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Templates;

/// <summary>By what a machine made from a template is known.</summary>
internal static class InstanceMarks
{
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";
    public const string ManagedBy = "kubewol";

    /// <summary>The label that names the template, which is in the machine's namespace.</summary>
    public const string TemplateLabel = $"{ApiGroup.Name}/template";

    /// <summary>The annotation that holds the uid of the request for which the machine was made.</summary>
    public const string CreatedByAnnotation = $"{ApiGroup.Name}/created-by";

    public static readonly ResourceIndex<VirtualMachine, ResourceKey> ByTemplate = new(machine => TemplateOf(machine) is { } key ? [key] : []);

    public static ResourceKey? TemplateOf(VirtualMachine machine) =>
        machine.Metadata.Labels?.GetValueOrDefault(TemplateLabel) is { Length: > 0 } name ? new(machine.Metadata.Namespace, name) : null;

    /// <summary>The labels that a machine made from the template will have, as far as the template itself says.</summary>
    public static IReadOnlyDictionary<string, string> LabelsOf(WakeTemplate template) => Marked(template, template.Spec.VirtualMachine?.Metadata?.Labels);

    /// <summary>A machine's own labels, with those that the template gives and KubeWol's own, which win.</summary>
    public static Dictionary<string, string> Marked(WakeTemplate template, IReadOnlyDictionary<string, string>? own)
    {
        var labels = new Dictionary<string, string>(own ?? new Dictionary<string, string>());
        foreach (var (key, value) in template.Spec.Labels ?? new Dictionary<string, string>()) labels[key] = value;
        labels[ManagedByLabel] = ManagedBy;
        labels[TemplateLabel] = template.Metadata.Name;
        return labels;
    }

    /// <summary>The uid of the request for which something was made; null for what nobody says it made.</summary>
    public static string? MakerOf(ResourceMetadata metadata) => metadata.Annotations?.GetValueOrDefault(CreatedByAnnotation);

    public static bool IsMadeFor(ResourceMetadata metadata, string? requestUid) => requestUid is not null && MakerOf(metadata) == requestUid;
}
