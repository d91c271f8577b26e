using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.V1Alpha1;

/// <summary>
/// From what a virtual machine is made when a MAC address is called that no machine has. The template claims addresses; a Wake or Instantiate for
/// one of them creates a machine in the template's namespace, with that address.
/// </summary>
[CustomResource("waketemplates", "wtpl")]
[PrinterColumn("Ready", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn("Reason", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Instances", ".status.instances", "integer")]
[PrinterColumn("Max", ".spec.maxInstances", "integer")]
[PrinterColumn("Overlapping", ".status.conditions[?(@.type==\"Overlapping\")].status")]
[PrinterColumn("Message", ".status.conditions[?(@.type==\"Ready\")].message", Wide = true)]
[PrinterColumn("Age", ".metadata.creationTimestamp", "date")]
[Rule("self.metadata.name.size() <= 63", "the name of a WakeTemplate becomes a label of its machines: it may have at most 63 characters")]
public sealed record WakeTemplate : IResource
{
    /// <summary>Where WakeTemplates are served.</summary>
    public static readonly ResourceType<WakeTemplate> Type = new(ApiGroup.Name, ApiGroup.V1Alpha1, "waketemplates", ApiJson.Default.WakeTemplate);

    /// <summary><c>kubewol.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";

    /// <summary><c>WakeTemplate</c>.</summary>
    public string Kind { get; init; } = "WakeTemplate";

    /// <summary>Standard object metadata.</summary>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>Which addresses are claimed, and what becomes of them.</summary>
    [Required]
    public WakeTemplateSpec Spec { get; init; } = new();

    /// <summary>Whether it can be used, and what was made from it. Written by the operator alone.</summary>
    public WakeTemplateStatus? Status { get; init; }
}
