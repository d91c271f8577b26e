using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.V1Alpha1;

/// <summary>
/// Lets frames that are heard on the network do something to the virtual machines of its namespace. A machine that no policy selects follows the
/// operator's default (to be woken, and nothing else); one that policies select does what one of them allows. Policies only ever add to each other.
/// </summary>
[CustomResource("wakepolicies", "wpol")]
[PrinterColumn("Verbs", ".spec.verbs")]
[PrinterColumn("Proof", ".spec.proof")]
[PrinterColumn("Machines", ".status.machines", "integer")]
[PrinterColumn("Ready", ".status.conditions[?(@.type==\"Ready\")].status")]
[PrinterColumn("Reason", ".status.conditions[?(@.type==\"Ready\")].reason")]
[PrinterColumn("Message", ".status.conditions[?(@.type==\"Ready\")].message", Wide = true)]
[PrinterColumn("Age", ".metadata.creationTimestamp", "date")]
public sealed record WakePolicy : IResource
{
    /// <summary>Where WakePolicies are served.</summary>
    public static readonly ResourceType<WakePolicy> Type = new(ApiGroup.Name, ApiGroup.V1Alpha1, "wakepolicies", ApiJson.Default.WakePolicy);

    /// <summary><c>kubewol.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";

    /// <summary><c>WakePolicy</c>.</summary>
    public string Kind { get; init; } = "WakePolicy";

    /// <summary>Standard object metadata.</summary>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What is allowed.</summary>
    [Required]
    public WakePolicySpec Spec { get; init; } = new();

    /// <summary>Whether it can have an effect. Written by the operator alone.</summary>
    public WakePolicyStatus? Status { get; init; }
}
