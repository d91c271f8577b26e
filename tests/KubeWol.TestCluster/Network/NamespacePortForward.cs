using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KubeWol.TestCluster.Network;

/// <summary>
/// A port on the loopback inside a namespace that leads to the same port on the machine's own loopback: what runs in there reaches the API
/// server under the very URL it has out here.
/// </summary>
public sealed class NamespacePortForward : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly IPEndPoint _target;
    private readonly Func<Socket> _towards;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _pause;

    private NamespacePortForward(Socket listener, IPEndPoint target, Func<Socket> towards)
    {
        (_listener, _target, _towards) = (listener, target, towards);
        _accepting = AcceptAsync();
    }

    public static NamespacePortForward Start(NetworkNamespace ns, int port) => Start(ns, port, new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>A port in the namespace that leads somewhere else.</summary>
    public static NamespacePortForward Start(NetworkNamespace ns, int port, IPEndPoint target)
    {
        var listener = ns.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        return new NamespacePortForward(listener, target, () => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
    }

    /// <summary>The other way: an address of this machine that leads to a port on the loopback inside the namespace.</summary>
    public static NamespacePortForward StartInto(NetworkNamespace ns, IPEndPoint outside, int port)
    {
        var listener = new Socket(outside.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(outside);
        listener.Listen(512);
        return new NamespacePortForward(listener, new(IPAddress.Loopback, port), () => ns.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
    }

    /// <summary>Breaks off every connection at once (a reset, no goodbye); new ones are taken as before.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys) Reset(connection);
    }

    /// <summary>As if the cable was pulled: nothing gets through any more, and nobody is told. What was on its way waits for <see cref="Resume"/>.</summary>
    public void Pause() => _pause ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Plugs the cable in again.</summary>
    public void Resume()
    {
        _pause?.SetResult();
        _pause = null;
    }

    public async ValueTask DisposeAsync()
    {
        Resume();
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        CutConnections();
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself a moment ago.
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket inside;
            try
            {
                inside = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            // It goes on record before it can end.
            var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[inside] = ServeAsync(inside, recorded.Task);
            recorded.SetResult();
        }
    }

    private async Task ServeAsync(Socket inside, Task recorded)
    {
        await recorded;
        using var outside = _towards();
        try
        {
            outside.NoDelay = true;
            inside.NoDelay = true;
            if (_pause is { } pause) await pause.Task.WaitAsync(_stopping.Token);
            await outside.ConnectAsync(_target, _stopping.Token);
            await Task.WhenAll(PumpAsync(inside, outside), PumpAsync(outside, inside));
            inside.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side broke off (or the target is away): the other learns it as a reset.
            Reset(inside);
            Reset(outside);
        }
        finally
        {
            _connections.TryRemove(inside, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (_pause is { } pause) await pause.Task;
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            Reset(from);
            Reset(to);
            throw;
        }
    }
}
