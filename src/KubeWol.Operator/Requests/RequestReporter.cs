using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Events;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>Writes what became of a request: one patch of its status per pass, and only when something changed; one Event at its end.</summary>
internal sealed class RequestReporter(ClusterClient client, IResourceCache<WakeRequest> requests, EventRecorder events, TimeProvider time)
{
    /// <summary>Reports <paramref name="next"/>, the outcome of <paramref name="plan"/>, and returns the request as it then is.</summary>
    public async Task<WakeRequest> ReportAsync(WakeRequest request, IReadOnlyList<Machine> found, Plan plan, Plan next, string? words, CancellationToken cancellationToken)
    {
        var status = RequestStatus.After(request, found, plan, next, words, time.GetUtcNow());
        if (status == request.Status) return request;

        // The version in the patch makes a report that is based on an old reading a conflict, so that an ex-leader cannot overwrite its successor.
        var patch = new WakeRequestStatusPatch(new(request.Metadata.ResourceVersion), status);
        var written = await client.PatchAsync(WakeRequest.Type, ResourceKey.Of(request),
            JsonSerializer.SerializeToUtf8Bytes(patch, OperatorJson.Default.WakeRequestStatusPatch), "status", cancellationToken).ConfigureAwait(false);
        requests.Observe(written);
        if (written.IsFinished()) events.Finished(written, found);
        return written;
    }
}
