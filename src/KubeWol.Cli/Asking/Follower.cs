using System.Net;
using System.Text.Json;
using KubeWol.Api;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.Cli.Asking;

/// <summary>Follows one request to its end, by a watch on it alone; through broken connections, and by asking again where watching is not allowed.</summary>
internal sealed class Follower(ClusterSession session, TimeProvider time)
{
    /// <summary>How long a watch is asked for; the next one goes on where it ended.</summary>
    private const int WatchSeconds = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>How long the API server may be away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The operator ends every request at its deadline; one that goes on after that has no operator.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private bool _canWatch = true;
    private long? _lost;

    /// <summary>Returns the finished request; tells <paramref name="changed"/> of every state before.</summary>
    /// <exception cref="CliException">It was deleted, or nobody carries it out.</exception>
    public async Task<WakeRequest> FollowAsync(WakeRequest request, Func<WakeRequest, Task> changed, CancellationToken cancellationToken)
    {
        var (key, begun) = (ResourceKey.Of(request), time.GetTimestamp());
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(request.Spec.DeadlineSeconds ?? WakeRequestSpec.DefaultDeadlineSeconds) + Grace, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, end.Token);
        try
        {
            while (!request.IsFinished())
            {
                await changed(request).ConfigureAwait(false);
                request = await NextAsync(request, changed, either.Token).ConfigureAwait(false);
            }

            return request;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, $"WakeRequest {key} is not finished {time.GetElapsedTime(begun).TotalSeconds:0} s after it was made, though its deadline has passed",
                "It seems that no operator works. Try: kubectl wol doctor");
        }
    }

    /// <summary>Watches the request until it is finished or the watch ends, and in that case reads it again.</summary>
    private async Task<WakeRequest> NextAsync(WakeRequest request, Func<WakeRequest, Task> changed, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(request);
        try
        {
            if (_canWatch && await WatchAsync(request, changed, cancellationToken).ConfigureAwait(false) is { } finished) return finished;
            request = await session.Client.GetAsync(WakeRequest.Type, key, cancellationToken).ConfigureAwait(false) ?? throw Gone(key);
            _lost = null;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden && _canWatch)
        {
            _canWatch = false;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException or IOException or JsonException or ApiException { IsTransient: true })
        {
            _lost ??= time.GetTimestamp();
            if (time.GetElapsedTime(_lost.Value) > Patience) throw;
        }

        if (!request.IsFinished()) await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        return request;
    }

    /// <summary>The finished request; null where the watch ended before.</summary>
    private async Task<WakeRequest?> WatchAsync(WakeRequest from, Func<WakeRequest, Task> changed, CancellationToken cancellationToken)
    {
        var key = ResourceKey.Of(from);
        var path = $"{WakeRequest.Type.Path(key.Namespace)}?watch=true&fieldSelector=metadata.name%3D{key.Name}&resourceVersion={from.Metadata.ResourceVersion}&timeoutSeconds={WatchSeconds}";
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await session.Connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) throw new ApiException(response.StatusCode, "", $"WakeRequest {key} cannot be watched: HTTP {(int)response.StatusCode}");
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var lines = new StreamReader(body);
        while (await lines.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            using var change = JsonDocument.Parse(line);
            var type = change.RootElement.GetProperty("type").GetString();
            if (type == "ERROR") return null; // its start is too old, say; reading it again is what helps
            var now = change.RootElement.GetProperty("object").Deserialize(ApiJson.Default.WakeRequest)!;
            if (now.IsFinished()) return now;
            if (type == "DELETED") throw Gone(key);
            _lost = null;
            await changed(now).ConfigureAwait(false);
        }

        return null;
    }

    private static CliException Gone(ResourceKey key) => new(ExitCode.Failed, $"WakeRequest {key} was deleted before it was finished");
}
