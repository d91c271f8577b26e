using System.Net;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli.Agents;

/// <summary>What became of the WakeRequests that agents wrote.</summary>
internal sealed class RequestOutcomes(ClusterSession session)
{
    /// <summary>A request's end in words; null while it has none, or where nobody may see it.</summary>
    public async Task<string?> OfAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var request = await session.Client.GetAsync(WakeRequest.Type, new(session.System, name), cancellationToken).ConfigureAwait(false);
            return request?.IsFinished() == true ? $"{request.Status!.Phase} ({request.Status.Reason}): {request.Status.Message}" : null;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }
}
