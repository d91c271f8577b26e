using KubeWol.Api;
using KubeWol.Api.KubeVirt;
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

    public static bool IsMadeFor(ResourceMetadata metadata, string? requestUid) =>
        requestUid is not null && metadata.Annotations?.GetValueOrDefault(CreatedByAnnotation) == requestUid;
}
