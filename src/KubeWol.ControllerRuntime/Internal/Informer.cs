using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using KubeWol.ControllerRuntime.Cluster;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>
/// Keeps a cache like the server, of all objects or of those of one name: one paged list, then a watch that is resumed at the last version it reached. Only when the
/// server no longer has that version (410, as an answer or as an event) is everything listed again.
/// </summary>
internal sealed class Informer<T>(
    ClusterClient client, ResourceType<T> type, string? name, ResourceCache<T> cache, InformerOptions options, RuntimeMetrics metrics, TimeProvider time, ILogger logger) : IInformer, IDisposable
    where T : class, IResource
{
    /// <summary>Null until the first list, and again when the server has forgotten it.</summary>
    private string? _version;

    /// <summary>A watch that lived this long was a good one, whether or not there was anything to say.</summary>
    private static readonly TimeSpan GoodLife = TimeSpan.FromSeconds(1);

    /// <summary>Over how long those that waited for the server to return are spread.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);

    /// <summary>Failed tries since something was last heard.</summary>
    private int _failures;

    /// <summary>Somebody who waits for a watch that is begun from now on.</summary>
    private TaskCompletionSource? _renewed;

    /// <summary>Ends the watch that is open, or the pause before the next one.</summary>
    private CancellationTokenSource _interrupt = new();

    public Task Synced => cache.Synced;

    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _renewed, renewed); // before the interruption, or the watch that follows it would not know
        await Volatile.Read(ref _interrupt).CancelAsync().ConfigureAwait(false);
        await renewed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (_interrupt.IsCancellationRequested) Volatile.Write(ref _interrupt, new());
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _interrupt.Token);
            var asked = TimeSpan.Zero;
            try
            {
                if (_version is null) await ListAsync(cancellationToken).ConfigureAwait(false);
                await WatchAsync(round.Token).ConfigureAwait(false);
                _failures = 0;
                continue;
            }
            catch (OperationCanceledException) when (round.IsCancellationRequested)
            {
                continue;
            }
            catch (ApiException e) when (e.StatusCode == HttpStatusCode.Gone)
            {
                logger.VersionForgotten(type.Plural, _version);
                metrics.Relisted(type.Plural);
                _version = null;
                _failures++; // a server that answers 410 to fresh versions too must not be listed in a tight loop
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or JsonException)
            {
                asked = (e as ApiException)?.RetryAfter ?? TimeSpan.Zero;
                _failures++;
                metrics.WatchFailed(type.Plural);
                // An outage is said once by each watch, however long it tries.
                var cause = e.GetBaseException();
                logger.WatchFailed(_failures == 1 ? LogLevel.Warning : LogLevel.Debug, type.Plural, cause.Message);
            }

            try
            {
                await PauseAsync(asked, round.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (round.IsCancellationRequested)
            {
                // Stopping, or wanted at once.
            }
        }
    }

    public void Dispose() => _interrupt.Dispose();

    /// <summary>The first retry comes at once, one cut connection is everyday; the others later and later, and none before the server asked for it, within reason.</summary>
    private async Task PauseAsync(TimeSpan asked, CancellationToken cancellationToken)
    {
        var delay = _failures > 1 ? Backoff.Delay(_failures - 2, options.ShortestBackoff, options.LongestBackoff, Random.Shared) : TimeSpan.Zero;
        if (asked > options.LongestBackoff) asked = options.LongestBackoff;
        var pause = asked > delay ? asked : delay;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = Task.Delay(pause, time, over.Token);
        if (asked > TimeSpan.Zero || pause <= Gathering || await Task.WhenAny(wait, client.Returned).ConfigureAwait(false) == wait)
        {
            await wait.ConfigureAwait(false);
            return;
        }

        // An outage is over for everybody at once: not all are to come in the same moment.
        await over.CancelAsync().ConfigureAwait(false);
        await Task.Delay(Gathering * Random.Shared.NextDouble(), time, cancellationToken).ConfigureAwait(false);
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        List<T> all;
        string version;
        try
        {
            (all, version) = await ListAsync(options.PageSize, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Gone && options.PageSize > 0)
        {
            // Paging took longer than the server keeps history: take all in one answer, which cannot expire.
            (all, version) = await ListAsync(0, cancellationToken).ConfigureAwait(false);
        }

        cache.Replace(all, name);
        _version = version;
        logger.Listed(all.Count, name is null ? type.Plural : $"{type.Plural} of the name {name}", version);
    }

    private async Task<(List<T> All, string Version)> ListAsync(int pageSize, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        using var body = new MemoryStream();
        string version;
        string? next = null;
        do
        {
            var page = Path(pageSize > 0 ? $"limit={pageSize}" : null, next is null ? null : $"continue={Uri.EscapeDataString(next)}");
            await client.ReadAsync(page, body, cancellationToken).ConfigureAwait(false);
            (version, next) = WatchDecoder.Page(body.GetBuffer().AsSpan(0, (int)body.Length), type.Json, all, Misfit);
        }
        while (next is not null);
        return (all, version);
    }

    /// <summary>Watches until the server ends it in order.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var seconds = (int)(options.WatchTimeout.TotalSeconds * (0.5 + Random.Shared.NextDouble() / 2));
        var path = Path($"watch=1&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(_version!)}&timeoutSeconds={Math.Max(1, seconds)}");
        using var idle = new CancellationTokenSource(client.RequestTimeout, time); // a watch may be quiet, but it begins like any other answer
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        var began = time.GetTimestamp();
        var patience = client.RequestTimeout;
        var renewed = Volatile.Read(ref _renewed);
        try
        {
            using var response = await client.OpenAsync(HttpMethod.Get, path, null, null, either.Token).ConfigureAwait(false);
            renewed?.TrySetResult();
            patience = options.IdleTimeout;
            idle.CancelAfter(patience);
            began = time.GetTimestamp();
            var heard = await ReadAsync(await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false), idle, either.Token).ConfigureAwait(false);
            // A quiet kind's watch may well run to its timeout without a word. One that ends at once, again and again, is a fault.
            if (!heard && time.GetElapsedTime(began) < GoodLife) throw new HttpRequestException("the watch ended at once, without a word");
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the watch said nothing for {patience.TotalSeconds:0} s");
        }
        finally
        {
            // Or a quiet kind would be looked at more and more rarely, cut after cut, although each time all was well in between.
            if (patience == options.IdleTimeout && time.GetElapsedTime(began) >= GoodLife) _failures = 0;
        }
    }

    /// <summary>Takes in what the watch says until its end; false when it said nothing.</summary>
    private async Task<bool> ReadAsync(Stream stream, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream);
        var heard = false;
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
                var rest = read.Buffer;
                while (TryTakeLine(ref rest, out var line))
                {
                    Apply(WatchDecoder.Event(line, type.Json, Misfit));
                    heard = true;
                }

                idle.CancelAfter(options.IdleTimeout);
                // Half a line at the end is a cut connection; its event comes again when the watch resumes.
                if (read.IsCompleted) return rest.IsEmpty ? heard : throw new HttpRequestException("the watch was cut in the middle of an event");
                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void Apply(WatchEvent<T> change)
    {
        if (!change.IsKnown) return;
        if (change.Type == WatchEventType.Set) cache.Set(change.Object!);
        else if (change.Type == WatchEventType.Deleted) cache.Remove(new(change.Metadata.Namespace, change.Metadata.Name));
        _version = change.Metadata.ResourceVersion ?? _version;
        _failures = 0;
    }

    private void Misfit(ResourceMetadata? metadata, JsonException problem) =>
        logger.Undecodable(metadata is null ? null : new(metadata.Namespace, metadata.Name), type.Plural, problem.Message);

    private string Path(params IEnumerable<string?> query)
    {
        var labels = Selector("labelSelector", options.LabelSelector);
        var fields = Selector("fieldSelector", name is null ? null : $"metadata.name={name}");
        return $"{type.Path(options.Namespace)}?{string.Join('&', query.Append(labels).Append(fields).Where(part => part is not null))}";

        static string? Selector(string name, string? value) => value is null ? null : $"{name}={Uri.EscapeDataString(value)}";
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
