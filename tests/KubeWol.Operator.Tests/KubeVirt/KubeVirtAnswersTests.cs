using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.KubeVirt;

namespace KubeWol.Operator.Tests.KubeVirt;

/// <summary>What refusals are taken to mean. The words are those that a KubeVirt v1.9.0 and a Kubernetes v1.36.2 used.</summary>
public sealed class KubeVirtAnswersTests
{
    private const string Vm = "Operation cannot be fulfilled on virtualmachine.kubevirt.io \"web-01\": ";
    private const string Vmi = "Operation cannot be fulfilled on virtualmachineinstance.kubevirt.io \"web-01\": ";
    private const string Guarded = "admission webhook \"virtualmachine-validator.kubevirt.io\" denied the request: ";
    private const string Denied = "admission webhook \"migration-create-validator.kubevirt.io\" denied the request: ";

    [Theory]
    // Asked too early or too late: read again.
    [InlineData("Outdated", WakeOperation.Start, 409, Vm + "VM is already running")] // or about to stop
    [InlineData("Outdated", WakeOperation.Start, 409, Vm + "Always does not support manual start requests")]
    [InlineData("Outdated", WakeOperation.Start, 409, Vm + "Once does not support manual start requests")]
    [InlineData("Outdated", WakeOperation.Start, 409, Vm + "RerunOnFailure does not support starting VM from failed state")]
    [InlineData("Outdated", WakeOperation.Start, 500, "Internal error occurred: the server rejected our request due to an error in our request")] // two at once
    [InlineData("Outdated", WakeOperation.Start, 500, "Internal error occurred: unable to complete request: stop/start already underway")] // a crash loop
    [InlineData("Outdated", WakeOperation.Start, 404, "virtualmachine.kubevirt.io \"web-01\" not found")]
    [InlineData("Outdated", WakeOperation.Stop, 409, Vm + "VM is not running")]
    [InlineData("Outdated", WakeOperation.Stop, 409, Vm + "Halted only supports manual stop requests with a shorter graceperiod")]
    [InlineData("Outdated", WakeOperation.Stop, 500, "Internal error occurred: the server rejected our request due to an error in our request")]
    [InlineData("Outdated", WakeOperation.Pause, 409, Vmi + "VM is not running")]
    [InlineData("Outdated", WakeOperation.Pause, 409, Vmi + "VMI is already paused")]
    [InlineData("Outdated", WakeOperation.Pause, 404, "virtualmachineinstance.kubevirt.io \"web-01\" not found")]
    [InlineData("Outdated", WakeOperation.Unpause, 409, Vmi + "VMI is not paused")]
    [InlineData("Outdated", WakeOperation.Unpause, 409, Vmi + "VMI is not running")]
    [InlineData("Outdated", WakeOperation.LiveMigrate, 400, Denied + "in-flight migration detected. Active migration job (7ade5faa) is currently already in progress for VMI web-01.")]
    [InlineData("Outdated", WakeOperation.LiveMigrate, 400, Denied + "Cannot migrate VMI in finalized state.")]
    [InlineData("Outdated", WakeOperation.LiveMigrate, 400, Denied + "the VMI \"team-a/web-01\" does not exist")]
    [InlineData("Outdated", WakeOperation.Place, 409, "Operation cannot be fulfilled on virtualmachines.kubevirt.io \"web-01\": uid mismatch: the provided object specified uid a, and no existing object was found")]
    [InlineData("Outdated", WakeOperation.Place, 404, "virtualmachines.kubevirt.io \"web-01\" not found")]
    [InlineData("Outdated", WakeOperation.Start, 422, Guarded + "Cannot update VM spec until snapshot \"nightly\" completes")]
    [InlineData("Outdated", WakeOperation.Start, 500, "Internal error occurred: " + Guarded + "Cannot update VM spec until snapshot \"nightly\" completes")]
    [InlineData("Outdated", WakeOperation.Start, 422, Guarded + "Cannot start VM until restore \"back\" completes")]

    // Nothing will change by asking again.
    [InlineData("Refused NotMigratable", WakeOperation.LiveMigrate, 400, Denied + "Cannot migrate VMI, Reason: InterfaceNotLiveMigratable, Message: cannot migrate VMI which does not use masquerade")]
    [InlineData("Refused NotMigratable", WakeOperation.LiveMigrate, 500, "Internal error occurred: " + Denied + "Cannot migrate VMI, Reason: DisksNotLiveMigratable, Message: cannot migrate VMI")]
    [InlineData("Refused PlacementConflict", WakeOperation.Place, 409, "Apply failed with 1 conflict: conflict with \"kubectl\" using kubevirt.io/v1: .spec.template.spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution")]
    [InlineData("Refused PlacementConflict", WakeOperation.Place, 409, "Apply failed with 2 conflicts: conflicts with \"argocd-controller\"")]
    [InlineData("Outdated", WakeOperation.Start, 409, "Apply failed with 1 conflict")] // of nothing that a start does
    [InlineData("Refused Forbidden", WakeOperation.Start, 403, "virtualmachines.subresources.kubevirt.io \"web-01\" is forbidden: User \"system:serviceaccount:kubewol-system:kubewol-operator\" cannot update resource \"virtualmachines/start\" in API group \"subresources.kubevirt.io\" in the namespace \"team-a\"")]
    [InlineData("Refused Forbidden", WakeOperation.LiveMigrate, 403, "virtualmachineinstancemigrations.kubevirt.io is forbidden: User \"operator\" cannot create resource \"virtualmachineinstancemigrations\"")]
    [InlineData("Refused Forbidden", WakeOperation.Delete, 403, "virtualmachines.kubevirt.io \"web-01\" is forbidden: User \"operator\" cannot delete resource \"virtualmachines\"")]
    [InlineData("Refused Refused", WakeOperation.Pause, 403, "virtualmachineinstance.kubevirt.io \"web-01\" is forbidden: Pausing VMIs with a non-GuestAgentPing LivenessProbe is not supported")]
    [InlineData("Refused Refused", WakeOperation.Delete, 403, "admission webhook \"no-deletions.example\" denied the request: not on a Friday")]
    [InlineData("Refused Refused", WakeOperation.Start, 400, "Unable to decode the body")]
    [InlineData("Refused Refused", WakeOperation.Start, 405, "the server does not allow this method on the requested resource")]
    [InlineData("Refused Refused", WakeOperation.Start, 422, "admission webhook \"virtualmachine-validator.kubevirt.io\" denied the request: Invalid RunStrategy (Sometimes)")]

    // KubeVirt, or the way to it, is in trouble.
    [InlineData("Unavailable", WakeOperation.Start, 401, "Unauthorized")]
    [InlineData("Unavailable", WakeOperation.Start, 408, "Timeout: request did not complete within the allotted timeout")]
    [InlineData("Unavailable", WakeOperation.Start, 429, "the server has received too many requests and has asked us to try again later")]
    [InlineData("Unanswered", WakeOperation.Start, 500, "Internal error occurred: failed calling webhook \"virtualmachine-validator.kubevirt.io\": connection refused")]
    [InlineData("Unanswered", WakeOperation.Start, 500, "etcdserver: request timed out")]
    [InlineData("Unanswered", WakeOperation.Start, 502, "bad gateway")]
    [InlineData("Unavailable", WakeOperation.Start, 503, "the server is currently unable to handle the request")]
    [InlineData("Unanswered", WakeOperation.Start, 504, "the server was unable to return a response in the time allotted")]
    public void A_refusal_has_its_meaning_and_its_words_are_passed_on(string outcome, WakeOperation operation, int status, string words)
    {
        var read = KubeVirtAnswers.Read(new ApiException((HttpStatusCode)status, "", words, TimeSpan.FromSeconds(7)), operation);

        var (kind, said) = read switch
        {
            OperationOutcome.Outdated outdated => ("Outdated", outdated.Message),
            OperationOutcome.Refused refused => ($"Refused {refused.Reason}", refused.Message),
            OperationOutcome.Unavailable away => (away.RetryAfter == TimeSpan.FromSeconds(7) ? "Unavailable" : "in a hurry", away.Message),
            OperationOutcome.Unanswered lost => ("Unanswered", lost.Message),
            _ => (read.ToString(), ""),
        };
        Assert.Equal((outcome, words), (kind, said));
    }
}
