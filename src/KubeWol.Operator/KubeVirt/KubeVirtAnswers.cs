using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.KubeVirt;

/// <summary>What KubeVirt and the API server mean by a refusal: a pure function of their words, as measured on KubeVirt v1.9.</summary>
internal static class KubeVirtAnswers
{
    public static OperationOutcome Read(ApiException e, WakeOperation operation)
    {
        if (operation == WakeOperation.Place && e.IsConflict && Says(e, "Apply failed with")) return new OperationOutcome.Refused(WakeReason.PlacementConflict, e.Message);
        if (Says(e, "Cannot migrate VMI, Reason:")) return new OperationOutcome.Refused(WakeReason.NotMigratable, e.Message);
        if (IsOutdated(e)) return new OperationOutcome.Outdated(e.Message);
        return e.StatusCode switch
        {
            // An authorizer says whom it denies what. Others answer 403, too: KubeVirt to a pause of what has a liveness probe, and webhooks.
            HttpStatusCode.Forbidden when Says(e, "User \"") && Says(e, "cannot") => new OperationOutcome.Refused(WakeReason.Forbidden, e.Message),
            HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.UnprocessableEntity
                => new OperationOutcome.Refused(WakeReason.Refused, e.Message),
            // Whoever speaks here has not heard from who was asked, or not to the end.
            HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => new OperationOutcome.Unanswered(e.Message),
            _ => new OperationOutcome.Unavailable(e.Message, e.RetryAfter),
        };
    }

    /// <summary>What it means that there is no answer: where no connection came about nothing was asked.</summary>
    public static OperationOutcome Read(Exception e) => e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        ? new OperationOutcome.Unavailable(e.Message, null)
        : new OperationOutcome.Unanswered(e.Message);

    /// <summary>
    /// 404: it vanished. 409 "VM is already running" may mean about to stop. 500 with these words is a lost race between two starts
    /// (a JSON patch whose test failed), or a start while a crash loop holds the machine: no fault of the server. Then come the words of the
    /// webhooks: for migrations, and for machines of which a snapshot is being taken or restored (vms-admitter.go), which is over in a while.
    /// </summary>
    private static bool IsOutdated(ApiException e) => e.IsNotFound || e.IsConflict
        || (e.StatusCode == HttpStatusCode.InternalServerError
            && (Says(e, "the server rejected our request due to an error in our request") || Says(e, "stop/start already underway")))
        || Says(e, "in-flight migration detected") || Says(e, "Cannot migrate VMI in finalized state") || (Says(e, "the VMI") && Says(e, "does not exist"))
        || Says(e, "Cannot update VM spec until snapshot") || Says(e, "Cannot start VM until restore");

    private static bool Says(ApiException e, string words) => e.Message.Contains(words, StringComparison.Ordinal);
}
