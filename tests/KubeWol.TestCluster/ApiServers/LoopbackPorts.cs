using System.Net;
using System.Net.Sockets;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>Free TCP ports on the loopback.</summary>
public static class LoopbackPorts
{
    // Below 32768, where Linux's ephemeral ports begin: no outgoing connection takes the port of a server that is away for a while.
    private const int First = 15000;
    private const int End = 32768;

    /// <summary>A port that was free just now.</summary>
    public static int Pick()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Taken: try another.
            }
        }
    }
}
