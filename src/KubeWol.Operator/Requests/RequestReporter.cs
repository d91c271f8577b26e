using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.Requests;

/// <summary>Writes what became of a request: one patch of its status per pass, and only when something changed.</summary>
internal sealed class RequestReporter(
    ClusterClient client, IResourceCache<WakeRequest> requests, OperatorOptions options, TimeProvider time)
{
    /// <summary>Reports what a pass that began at <paramref name="began"/> read and did; returns the request as it then is.</summary>
    public async Task<WakeRequest> ReportAsync(Reading reading, Deed deed, DateTimeOffset began, CancellationToken cancellationToken)
    {
        var message = Messages.For(reading, deed, options.ReachesAll(reading.Request));
        var status = RequestStatus.After(reading, deed, message, began, time.GetUtcNow());
        if (status == reading.Request.Status) return reading.Request;

        // The version in the patch makes a report that is based on an old reading a conflict, so that an ex-leader cannot overwrite its successor.
        var patch = new WakeRequestStatusPatch(new(reading.Request.Metadata.ResourceVersion), status);
        var written = await client.PatchAsync(WakeRequest.Type, ResourceKey.Of(reading.Request),
            JsonSerializer.SerializeToUtf8Bytes(patch, OperatorJson.Default.WakeRequestStatusPatch), "status", cancellationToken).ConfigureAwait(false);
        requests.Observe(written);
        return written;
    }
}
