using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Operator.Requests;

/// <summary>Writes what became of a request: one patch of its status per pass, and only when something changed.</summary>
internal sealed class RequestReporter(
    ClusterClient client, IResourceCache<WakeRequest> requests, OperatorOptions options, TimeProvider time)
{
    /// <summary>The status after a pass that began at <paramref name="began"/> and read and did this.</summary>
    public WakeRequestStatus StatusAfter(Reading reading, Deed deed, DateTimeOffset began) =>
        RequestStatus.After(reading, deed, Messages.For(reading, deed, options.ReachesAll(reading.Request)), began, time.GetUtcNow());

    /// <summary>Gives a request this status, unless it has it; returns the request as it then is.</summary>
    public async Task<WakeRequest> ReportAsync(WakeRequest request, WakeRequestStatus status, CancellationToken cancellationToken)
    {
        if (status == request.Status) return request;

        // The version in the patch makes a report that is based on an old reading a conflict, so that an ex-leader cannot overwrite its successor.
        var patch = new WakeRequestStatusPatch(new(request.Metadata.ResourceVersion), status);
        var written = await client.PatchAsync(WakeRequest.Type, ResourceKey.Of(request),
            JsonSerializer.SerializeToUtf8Bytes(patch, ReportJson.Default.WakeRequestStatusPatch), "status", cancellationToken).ConfigureAwait(false);
        requests.Observe(written);
        return written;
    }

    /// <summary>
    /// Makes sure that a request is still as it was read, by a patch that changes nothing and fails where another version is stored. The store is not written, and no further right
    /// is needed.
    /// </summary>
    /// <exception cref="ApiException">It is another by now (a conflict), or gone.</exception>
    public Task ConfirmAsync(WakeRequest request, CancellationToken cancellationToken) => client.PatchAsync(WakeRequest.Type, ResourceKey.Of(request),
        JsonSerializer.SerializeToUtf8Bytes(new(new(request.Metadata.ResourceVersion), null), ReportJson.Default.WakeRequestStatusPatch), "status", cancellationToken);
}
