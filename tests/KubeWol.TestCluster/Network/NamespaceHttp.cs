using System.Net.Sockets;

namespace KubeWol.TestCluster.Network;

/// <summary>HTTP from this process to servers inside a namespace: an agent's metrics, for instance.</summary>
public static class NamespaceHttp
{
    public static SocketsHttpHandler CreateHandler(NetworkNamespace ns) => new() { UseProxy = false, ConnectCallback = ConnectIn(ns) };

    /// <summary>How connections are made that begin inside a namespace.</summary>
    public static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> ConnectIn(NetworkNamespace ns) => async (context, cancellationToken) =>
    {
        var socket = ns.CreateSocket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };

    public static HttpClient CreateClient(NetworkNamespace ns) => new(CreateHandler(ns));
}
