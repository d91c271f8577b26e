using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace KubeWol.ControllerRuntime.Hosting;

/// <summary>Serves a handful of pages over HTTP/1.1: GET or HEAD, whole answers, one a connection.</summary>
/// <remarks>Enough for kubelet and Prometheus. With ASP.NET Core in this place every node would pay about 8 MiB more (docs/design/native.md).</remarks>
internal sealed class PageServer : IAsyncDisposable
{
    /// <summary>Longer than any request line and headers of those who have business here.</summary>
    private const int LongestHead = 8192;

    /// <summary>Whoever opens more at once waits.</summary>
    private const int MostConnections = 256;

    /// <summary>How long a client may take, from its connection to the end of the answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _listener;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _places = new(MostConnections);
    private readonly CancellationTokenSource _stopping = new();
    private Task _serving = Task.CompletedTask;

    private PageServer(Socket listener, TimeProvider time) => (_listener, _time) = (listener, time);

    /// <summary>Where it listens; the port is one that was free, where 0 was asked for.</summary>
    public Uri Address => new($"http://{_listener.LocalEndPoint}");

    /// <summary>Takes the address. Connections wait until <see cref="Serve"/>.</summary>
    /// <exception cref="SocketException">It is in use, or not ours.</exception>
    public static PageServer Listen(IPEndPoint address, TimeProvider time)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any)) listener.DualMode = true;
            listener.Bind(address);
            listener.Listen();
            return new(listener, time);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Begins to answer.</summary>
    public void Serve(IEnumerable<ServedPage> pages, ILogger logger) => _serving = ServeAsync(pages.ToFrozenDictionary(p => p.Path), logger);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(false);
        _listener.Dispose();
    }

    private async Task ServeAsync(FrozenDictionary<string, ServedPage> pages, ILogger logger)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stopping.Token).ConfigureAwait(false);
                var connection = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = AnswerAsync(connection, pages, logger);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The end of the program.
            }
            catch (SocketException e)
            {
                // A client that was gone before it was looked at, or no more file descriptors: others may fare better, but not in a tight loop.
                _places.Release();
                logger.CannotAccept(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task AnswerAsync(Socket connection, FrozenDictionary<string, ServedPage> pages, ILogger logger)
    {
        using var limit = new CancellationTokenSource(Patience, _time);
        using var stop = _stopping.Token.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            using (connection)
            {
                var head = await ReadHeadAsync(connection, limit.Token).ConfigureAwait(false);
                if (head is null) return;
                var (answer, hasBody) = await FindAsync(head, pages, ClientOf(connection), limit.Token).ConfigureAwait(false);
                await SendAsync(connection, answer, hasBody, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A client that went away, or took too long.
        }
#pragma warning disable CA1031 // the edge of a loop: a page that fails must not take the others along
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.PageFailed(e);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Request line and headers, each with its end; null where the client ends before they do, and empty where they are too long.</summary>
    private static async Task<string?> ReadHeadAsync(Socket connection, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestHead];
        for (var filled = 0; filled < buffer.Length;)
        {
            var read = await connection.ReceiveAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0) return null;
            filled += read;
            var end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return Encoding.Latin1.GetString(buffer, 0, end + 2);
        }

        return "";
    }

    private static async Task<(PageAnswer Answer, bool HasBody)> FindAsync(
        string head, FrozenDictionary<string, ServedPage> pages, IPAddress client, CancellationToken cancellationToken)
    {
        if (head.Length == 0) return (PageAnswer.Text(HttpStatusCode.RequestHeaderFieldsTooLarge, "too long a request"), true);
        var words = head.Split("\r\n", 2)[0].Split(' ');
        if (words is not [var method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"]) return (PageAnswer.Text(HttpStatusCode.BadRequest, "no HTTP request"), true);
        if (method is not ("GET" or "HEAD")) return (PageAnswer.Text(HttpStatusCode.MethodNotAllowed, "GET only"), true);
        var parts = target.Split('?', 2);
        var answer = pages.TryGetValue(parts[0], out var page)
            ? await page.AnswerAsync(new(client, parts is [_, var query] ? query : "", HostIn(head)), cancellationToken).ConfigureAwait(false)
            : PageAnswer.Text(HttpStatusCode.NotFound, "no such page");
        return (answer, method == "GET");
    }

    private static string? HostIn(string head) => head.Split("\r\n").Skip(1)
        .FirstOrDefault(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))?["Host:".Length..].Trim();

    /// <summary>Where both families are served, an IPv4 client appears as ::ffff:192.0.2.1.</summary>
    private static IPAddress ClientOf(Socket connection)
    {
        var address = ((IPEndPoint)connection.RemoteEndPoint!).Address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static async Task SendAsync(Socket connection, PageAnswer answer, bool hasBody, CancellationToken cancellationToken)
    {
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(int)answer.Status} {answer.Status}\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n\r\n");
        await SendAsync(connection, Encoding.Latin1.GetBytes(head), cancellationToken).ConfigureAwait(false);
        if (hasBody) await SendAsync(connection, answer.Body, cancellationToken).ConfigureAwait(false);
        connection.Shutdown(SocketShutdown.Send);
    }

    private static async Task SendAsync(Socket connection, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0) bytes = bytes[await connection.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }
}
