using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>A TCP proxy that damages what passes: it knows nothing of TLS, so a cut falls anywhere in a record, an HTTP/2 frame and a line.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Connection, Task> _open = new();
    private readonly Task _accepting;
    private int _accepted;

    public CutProxy(Uri target)
    {
        _target = new(IPAddress.Loopback, target.Port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"https://{_listener.LocalEndpoint}");

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many bytes of the server's a new connection lets pass before it ends; asked once for each connection.</summary>
    public Func<long> CutAfter { get; set; } = () => long.MaxValue;

    /// <summary>Accepts no more: whoever connects is reset at once.</summary>
    public bool Away { get; set; }

    /// <summary>Ends every connection there is after so many more bytes of the server's.</summary>
    public void CutAllAfter(long bytes)
    {
        foreach (var connection in _open.Keys) connection.Left = bytes;
    }

    /// <summary>Resets every connection there is.</summary>
    public void CutAll()
    {
        foreach (var connection in _open.Keys) connection.Dispose();
    }

    /// <summary>Lets nothing more pass on the connections there are, without ending them: the peer has vanished without a word.</summary>
    public void FreezeAll()
    {
        foreach (var connection in _open.Keys) connection.Frozen = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        CutAll();
        await _accepting;
        await Task.WhenAll(_open.Values);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                Interlocked.Increment(ref _accepted);
                var connection = new Connection(client, CutAfter());
                if (Away) connection.Dispose();
                else _open[connection] = CarryAsync(connection);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task CarryAsync(Connection connection)
    {
        try
        {
            await connection.CarryAsync(_target, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut by us or by either side.
        }
        finally
        {
            connection.Dispose();
            _open.TryRemove(connection, out _);
        }
    }

    private sealed class Connection(Socket client, long left) : IDisposable
    {
        private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        private long _left = left;

        /// <summary>How many bytes of the server's may still pass.</summary>
        public long Left
        {
            set => Interlocked.Exchange(ref _left, value);
        }

        public bool Frozen { get; set; }

        /// <summary>A reset.</summary>
        public void Dispose()
        {
            client.Close(0);
            _server.Close(0);
        }

        public async Task CarryAsync(IPEndPoint target, CancellationToken cancellationToken)
        {
            client.NoDelay = true;
            await _server.ConnectAsync(target, cancellationToken);
            var there = PumpAsync(client, _server, _ => true, cancellationToken);
            var back = PumpAsync(_server, client, count => Interlocked.Add(ref _left, -count) > 0, cancellationToken);
            if (await Task.WhenAny(there, back) != back) return;
            // An end, not a reset: that would take back what has been sent and not yet read.
            client.Shutdown(SocketShutdown.Send);
            await there;
        }

        private async Task PumpAsync(Socket from, Socket to, Func<int, bool> whole, CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (Frozen) await Task.Delay(Timeout.Infinite, cancellationToken);
                var passes = whole(count);
                await to.SendAsync(buffer.AsMemory(0, passes ? count : (int)Math.Max(0, count + Interlocked.Read(ref _left))), cancellationToken);
                if (!passes) return;
            }
        }
    }
}
