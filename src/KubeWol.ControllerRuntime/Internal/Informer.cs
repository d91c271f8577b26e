using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>
/// Keeps a cache like the server: one paged list, then a watch that is resumed at the last version it reached. Only when the
/// server no longer has that version (410, as an answer or as an event) is everything listed again.
/// </summary>
internal sealed class Informer<T>(ClusterClient client, ResourceType<T> type, ResourceCache<T> cache, InformerOptions options, RuntimeMetrics metrics, TimeProvider time, ILogger logger)
    : IInformer
    where T : class, IResource
{
    /// <summary>Null until the first list, and again when the server has forgotten it.</summary>
    private string? _version;

    public Task Synced => cache.Synced;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_version is null) await ListAsync(cancellationToken).ConfigureAwait(false);
                failures = await WatchAsync(cancellationToken).ConfigureAwait(false) ? 0 : failures + 1;
                if (failures == 0) continue;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e) when (e.StatusCode == HttpStatusCode.Gone)
            {
                logger.VersionForgotten(type.Plural, _version);
                metrics.Relisted(type.Plural);
                _version = null;
                failures++; // a server that answers 410 to fresh versions too must not be listed in a tight loop
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or JsonException)
            {
                failures++;
                metrics.WatchFailed(type.Plural);
                logger.WatchFailed(e, type.Plural, e.Message);
            }

            try
            {
                // The first retry comes at once: one cut connection is everyday.
                if (failures > 1) await Task.Delay(Backoff.Delay(failures - 2, options.ShortestBackoff, options.LongestBackoff, Random.Shared), time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<T>();
        var pageSize = options.PageSize;
        string version;
        string? next = null;
        do
        {
            try
            {
                var page = Path(pageSize > 0 ? $"limit={pageSize}" : null, next is null ? null : $"continue={Uri.EscapeDataString(next)}");
                var body = await client.SendAsync(HttpMethod.Get, page, null, null, cancellationToken).ConfigureAwait(false);
                (version, next) = WatchDecoder.Page(body, type.Json, all, Misfit);
            }
            catch (ApiException e) when (e.StatusCode == HttpStatusCode.Gone && next is not null)
            {
                // Paging took longer than the server keeps history: take all in one answer, which cannot expire.
                (all, pageSize, next, version) = ([], 0, "", "");
            }
        }
        while (next is not null);
        cache.Replace(all);
        _version = version;
        logger.Listed(all.Count, type.Plural, version);
    }

    /// <summary>Watches until the server ends it; false when it ended without having said anything.</summary>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        var seconds = (int)(options.WatchTimeout.TotalSeconds * (0.5 + Random.Shared.NextDouble() / 2));
        var path = Path($"watch=1&allowWatchBookmarks=true&resourceVersion={_version}&timeoutSeconds={Math.Max(1, seconds)}");
        using var idle = new CancellationTokenSource(options.IdleTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        var began = time.GetTimestamp();
        var heard = false;
        try
        {
            using var response = await client.OpenAsync(HttpMethod.Get, path, null, null, either.Token).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            var pipe = PipeReader.Create(stream);
            while (true)
            {
                var read = await pipe.ReadAsync(either.Token).ConfigureAwait(false);
                var rest = read.Buffer;
                while (TryTakeLine(ref rest, out var line))
                {
                    Apply(WatchDecoder.Event(line, type.Json, Misfit));
                    heard = true;
                }

                idle.CancelAfter(options.IdleTimeout);
                pipe.AdvanceTo(rest.Start, rest.End);
                if (!read.IsCompleted) continue;
                // Half a line at the end is a cut connection; its event comes again when the watch resumes.
                if (rest.Length > 0) throw new HttpRequestException("the watch was cut in the middle of an event");
                // A quiet kind's watch may well run to its timeout without a word. One that ends at once, again and again, is a fault.
                return heard || time.GetElapsedTime(began) >= TimeSpan.FromSeconds(1);
            }
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the watch said nothing for {options.IdleTimeout.TotalSeconds:0} s");
        }
    }

    private void Apply(WatchEvent<T> change)
    {
        switch (change.Type)
        {
            case WatchEventType.Set:
                cache.Set(change.Object);
                break;
            case WatchEventType.Deleted:
                cache.Remove(ResourceKey.Of(change.Object));
                break;
            case WatchEventType.Bookmark:
                break;
            case WatchEventType.Unknown:
            default:
                return;
        }

        _version = change.Object.Metadata.ResourceVersion ?? _version;
    }

    private void Misfit(JsonException problem) => logger.Undecodable(type.Plural, problem.Message);

    private string Path(params IEnumerable<string?> query)
    {
        var selector = options.LabelSelector is { } labels ? $"labelSelector={Uri.EscapeDataString(labels)}" : null;
        return $"{type.Path(options.Namespace)}?{string.Join('&', query.Append(selector).Where(part => part is not null))}";
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end) return false;
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }
}
