using System.Buffers.Binary;
using System.Net;
using System.Net.WebSockets;
using KubeWol.ControllerRuntime;

namespace KubeWol.Cli.Agents;

/// <summary>
/// A connection to a port of a pod, by way of API server and kubelet, as kubectl port-forward has it: WebSocket messages whose first octet is the
/// channel, 0 for data and 1 for complaints, each beginning with the port (v4.channel.k8s.io; kubelet, pkg/kubelet/cri/streaming/portforward/websocket.go).
/// </summary>
internal sealed class ForwardedPort : Stream
{
    private const string Protocol = "v4.channel.k8s.io";
    private const byte Data = 0;
    private const int Greeting = 1 + sizeof(ushort);
    private const int LargestMessage = 64 << 10;

    private readonly WebSocket _socket;
    private readonly byte[] _message = new byte[LargestMessage];
    private Memory<byte> _unread;

    private ForwardedPort(WebSocket socket) => _socket = socket;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Connects; it takes the right to create pods/portforward.</summary>
    /// <exception cref="HttpRequestException">There is no way.</exception>
    public static async Task<ForwardedPort> OpenAsync(ClusterSession session, AgentPod pod, CancellationToken cancellationToken)
    {
        var path = ApiPath.Of("", "v1", "pods", pod.Key.Namespace, pod.Key.Name, "portforward");
        WebSocket socket;
        try
        {
            socket = await session.Connection.OpenWebSocketAsync($"{path}?ports={pod.Port}", Protocol, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.StatusCode is { } status)
        {
            var words = status == HttpStatusCode.Forbidden ? $"it takes the right to create pods/portforward in {pod.Key.Namespace}" : $"its port {pod.Port} is not forwarded (HTTP {(int)status})";
            throw new HttpRequestException(words, e, status);
        }

        var stream = new ForwardedPort(socket);
        try
        {
            await stream.GreetAsync(pod.Port, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_unread.IsEmpty)
        {
            var (channel, content) = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (channel is null) return 0;
            if (channel != Data) throw new IOException($"the kubelet says: {System.Text.Encoding.UTF8.GetString(content.Span)}");
            _unread = content;
        }

        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var message = new byte[1 + buffer.Length];
        message[0] = Data;
        buffer.CopyTo(message.AsMemory(1));
        return _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // nothing is held back
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _socket.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Each channel begins with the port, as a number of two octets, the low one first.</summary>
    private async Task GreetAsync(int port, CancellationToken cancellationToken)
    {
        for (var greeted = 0; greeted < 2; greeted++)
        {
            var (channel, content) = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            if (channel is null || content.Length != Greeting - 1 || BinaryPrimitives.ReadUInt16LittleEndian(content.Span) != port)
                throw new HttpRequestException($"the port {port} is not forwarded: an answer that nobody understands");
        }
    }

    /// <summary>A whole message; no channel where the other side is done.</summary>
    private async Task<(byte? Channel, Memory<byte> Content)> ReceiveAsync(CancellationToken cancellationToken)
    {
        var filled = 0;
        while (filled < _message.Length)
        {
            var part = await _socket.ReceiveAsync(_message.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return (null, default);
            filled += part.Count;
            if (part.EndOfMessage && filled > 0) return (_message[0], _message.AsMemory(1, filled - 1));
        }

        throw new IOException("the kubelet sends more at once than it ever does");
    }
}
