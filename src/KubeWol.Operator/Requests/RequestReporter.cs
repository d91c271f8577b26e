using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Events;
using KubeWol.Operator.Targets;

namespace KubeWol.Operator.Requests;

/// <summary>Writes what became of a request: one patch of its status per pass, and only when something changed; one Event at its end.</summary>
internal sealed class RequestReporter(
    ClusterClient client, IResourceCache<WakeRequest> requests, EventRecorder events, OperatorOptions options, TimeProvider time)
{
    /// <summary>Reports what a pass that began at <paramref name="began"/> did about the request, and what KubeVirt said; returns the request as it then is.</summary>
    public async Task<WakeRequest> ReportAsync(
        WakeRequest request, IReadOnlyList<Machine> found, Plan done, string? words, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var message = Messages.For(request, found, done, words, options.ReachesAll(request));
        var status = RequestStatus.After(request, found, done, message, began, time.GetUtcNow());
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
