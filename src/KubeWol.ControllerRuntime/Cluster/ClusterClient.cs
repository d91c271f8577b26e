using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KubeWol.ControllerRuntime.Internal;

namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>Typed requests to the API server. Every method throws <see cref="ApiException"/> for a refusal,
/// <see cref="HttpRequestException"/> for a broken connection and <see cref="TimeoutException"/> past the deadline, unless it says otherwise.</summary>
public sealed class ClusterClient(ClusterConnection connection, TimeProvider time)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");

    /// <summary>How long a request may take where nobody says otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>How long one request may take, all in all. Watches are exempt.</summary>
    public TimeSpan RequestTimeout { get; init; } = DefaultTimeout;

    /// <summary>
    /// Asked before each write is sent; one that it forbids fails as if there were no connection. A process that was frozen learns from its timers
    /// that it is no longer the leader, but not before it has gone on with what it was doing.
    /// </summary>
    internal Func<bool> MayWrite { get; init; } = static () => true;

    /// <summary>Who wants to know what time it is for the API server, or null.</summary>
    internal IServerDates? Dates { get; init; }

    /// <summary>Counts what is sent, or null.</summary>
    internal RuntimeMetrics? Metrics { get; init; }

    /// <summary>Completes when the API server answers after it did not.</summary>
    internal Task Returned => connection.Returned;

    /// <summary>Reads one object; null when there is none.</summary>
    public Task<T?> GetAsync<T>(ResourceType<T> type, ResourceKey key, CancellationToken cancellationToken)
        where T : class, IResource => FindAsync(type, type.Path(key), cancellationToken);

    /// <summary>Reads one object as some API server remembers it, a moment behind perhaps: that costs the store behind it nothing. Null when there is none.</summary>
    public Task<T?> PeekAsync<T>(ResourceType<T> type, ResourceKey key, CancellationToken cancellationToken)
        where T : class, IResource => FindAsync(type, type.Path(key) + "?resourceVersion=0", cancellationToken);

    /// <summary>Creates an object and returns it as stored. A name that is taken is an <see cref="ApiException"/> with <see cref="ApiException.IsConflict"/>.</summary>
    public async Task<T> CreateAsync<T>(ResourceType<T> type, T resource, CancellationToken cancellationToken)
        where T : class, IResource =>
        Decode(type, await SendAsync(HttpMethod.Post, type.Path(resource.Metadata.Namespace), Encode(type, resource), Json, cancellationToken).ConfigureAwait(false));

    /// <summary>Replaces an object; the resourceVersion in it makes a concurrent writer a conflict.</summary>
    public async Task<T> ReplaceAsync<T>(ResourceType<T> type, T resource, CancellationToken cancellationToken)
        where T : class, IResource =>
        Decode(type, await SendAsync(HttpMethod.Put, type.Path(ResourceKey.Of(resource)), Encode(type, resource), Json, cancellationToken).ConfigureAwait(false));

    /// <summary>Applies a JSON merge patch (RFC 7386) to an object or to its <paramref name="subresource"/>, and returns the outcome.</summary>
    public async Task<T> PatchAsync<T>(ResourceType<T> type, ResourceKey key, ReadOnlyMemory<byte> patch, string? subresource, CancellationToken cancellationToken)
        where T : class, IResource =>
        Decode(type, await SendAsync(HttpMethod.Patch, type.Path(key, subresource), patch, MergePatch, cancellationToken).ConfigureAwait(false));

    /// <summary>Deletes one object, only if it still is the one with <paramref name="uid"/>. False when it was gone already, or another bears the name.</summary>
    public async Task<bool> DeleteAsync<T>(ResourceType<T> type, ResourceKey key, string uid, CancellationToken cancellationToken)
        where T : class, IResource
    {
        try
        {
            var options = $$"""{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":{{JsonSerializer.Serialize(uid, ApiStatusJson.Default.String)}}},"propagationPolicy":"Background"}""";
            await SendAsync(HttpMethod.Delete, type.Path(key), Encoding.UTF8.GetBytes(options), Json, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ApiException e) when (e.IsNoSuchObject || e.IsConflict)
        {
            return false;
        }
    }

    /// <summary>Sends any request, such as one to a subresource without a type of its own, and returns the answer's body.</summary>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">An absolute path with its query.</param>
    /// <param name="body">The request's body, or null.</param>
    /// <param name="contentType">The body's media type; JSON when null.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<byte[]> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, MediaTypeHeaderValue? contentType, CancellationToken cancellationToken) =>
        SendAsync(method, path, body, contentType, static (content, token) => content.ReadAsByteArrayAsync(token), cancellationToken);

    /// <summary>Reads an answer into a buffer in place of what is there: who reads page after page needs room for one.</summary>
    internal Task ReadAsync(string path, MemoryStream into, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, null, async (content, token) =>
    {
        into.SetLength(0);
        await content.CopyToAsync(into, token).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, ReadOnlyMemory<byte>? body, MediaTypeHeaderValue? contentType, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await OpenAsync(method, path, body, contentType, either.Token).ConfigureAwait(false);
            return await read(response.Content, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{method} {path}: no complete answer within {RequestTimeout.TotalSeconds:0.#} s", e);
        }
    }

    /// <summary>Sends a request and hands over the answer once its headers are there. The caller disposes it.</summary>
    internal async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, MediaTypeHeaderValue? contentType, CancellationToken cancellationToken)
    {
        if (method != HttpMethod.Get && !MayWrite()) throw new HttpRequestException(HttpRequestError.ConnectionError, $"{method} {path} is not sent: this process does not hold the lease under which it writes");
        for (var renewed = false; ; renewed = true)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Accept.ParseAdd("application/json");
            if (body is { } bytes) request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = contentType ?? Json } };
            var sent = time.GetTimestamp();
            var response = await CountedAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.Headers.Date is { } date) Dates?.Said(date, sent, time.GetTimestamp());
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                // The token was rotated under us: nothing was done, and with the new one it is.
                if (!renewed && response.StatusCode == HttpStatusCode.Unauthorized && await connection.RenewCredentialsAsync(request, cancellationToken).ConfigureAwait(false)) continue;
                throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends a request once; every one that is sent is counted here, and nowhere else.</summary>
    private async Task<HttpResponseMessage> CountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            Metrics?.Called(request.Method, response.StatusCode);
            return response;
        }
        catch (Exception e)
        {
            Metrics?.Called(request.Method, e is OperationCanceledException ? ApiResult.NoAnswer : ApiResult.NoConnection);
            throw;
        }
    }

    private async Task<T?> FindAsync<T>(ResourceType<T> type, string path, CancellationToken cancellationToken)
        where T : class, IResource
    {
        try
        {
            return Decode(type, await SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false));
        }
        catch (ApiException e) when (e.IsNoSuchObject)
        {
            return null;
        }
    }

    private static async Task<ApiException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        ApiStatus? status = null;
        try
        {
            status = ServerJson.Decode(body, ApiStatusJson.Default.ApiStatus);
        }
        catch (JsonException)
        {
            // A proxy or a dying server answers in its own words; they are passed on below.
        }

        var after = response.Headers.RetryAfter?.Delta ?? status?.Details?.RetryAfter;
        var words = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 512))).Trim();
        return new ApiException(response.StatusCode, status?.Reason ?? "", status?.Message is { Length: > 0 } message ? message : $"HTTP {(int)response.StatusCode} {words}".TrimEnd(), after);
    }

    private static byte[] Encode<T>(ResourceType<T> type, T resource)
        where T : class, IResource => JsonSerializer.SerializeToUtf8Bytes(resource, type.Json);

    private static T Decode<T>(ResourceType<T> type, byte[] body)
        where T : class, IResource
    {
        try
        {
            return ServerJson.Decode(body, type.Json) ?? throw new HttpRequestException($"the API server answered null for {type.Plural}");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"the API server's answer for {type.Plural} is not valid: {e.Message}", e);
        }
    }
}
