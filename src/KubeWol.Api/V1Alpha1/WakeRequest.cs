using System.ComponentModel.DataAnnotations;
using KubeWol.Api.Schema;
using KubeWol.ControllerRuntime;

namespace KubeWol.Api.V1Alpha1;

/// <summary>
/// Asks for one thing to be done to one virtual machine, once. Capture agents write one for each Wake-on-LAN message they hear; people and
/// programs may write their own. The operator carries it out and reports in the status. A finished request is deleted after a while.
/// </summary>
[CustomResource("wakerequests", "wr")]
[PrinterColumn("Action", ".status.action")]
[PrinterColumn("MAC", ".spec.target.macAddress")]
[PrinterColumn("VM", ".status.virtualMachine.name")]
[PrinterColumn("Phase", ".status.phase")]
[PrinterColumn("Reason", ".status.reason")]
[PrinterColumn("VM-Namespace", ".status.virtualMachine.namespace", Wide = true)]
[PrinterColumn("Node", ".spec.frame.node", Wide = true)]
[PrinterColumn("Interface", ".spec.frame.interface", Wide = true)]
[PrinterColumn("Message", ".status.message", Wide = true)]
[PrinterColumn("Age", ".metadata.creationTimestamp", "date")]
public sealed record WakeRequest : IResource
{
    /// <summary>Where WakeRequests are served.</summary>
    public static readonly ResourceType<WakeRequest> Type = new(ApiGroup.Name, ApiGroup.V1Alpha1, "wakerequests", ApiJson.Default.WakeRequest);

    /// <summary><c>kubewol.io/v1alpha1</c>.</summary>
    public string ApiVersion { get; init; } = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";

    /// <summary><c>WakeRequest</c>.</summary>
    public string Kind { get; init; } = "WakeRequest";

    /// <summary>Standard object metadata.</summary>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>What is asked for. It cannot be changed: create another request instead.</summary>
    [Required]
    [Rule("self == oldSelf", "spec cannot be changed: create another WakeRequest instead")]
    public WakeRequestSpec Spec { get; init; } = new();

    /// <summary>What became of it. Written by the operator alone.</summary>
    public WakeRequestStatus? Status { get; init; }

    /// <summary>Whether nothing more will happen to this request.</summary>
    public bool IsFinished() => Status?.Phase is WakePhase.Succeeded or WakePhase.Failed;
}
