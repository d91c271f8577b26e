using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace KubeWol.Cli.Sending;

/// <summary>Puts whole frames on the wire, by a packet socket (packet(7)): on Linux, with CAP_NET_RAW.</summary>
internal static class FrameSender
{
    /// <summary>Sends a frame so many times out of an interface.</summary>
    /// <exception cref="CliException">It cannot.</exception>
    public static void Send(Nic nic, ReadOnlySpan<byte> frame, int copies)
    {
        if (!OperatingSystem.IsLinux()) throw new CliException(ExitCode.Failed, "only Linux lets us send frames of our own making", "Send over UDP: leave out --raw, --vlan and --to-mac.");
        try
        {
            using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);
            for (var i = 0; i < copies; i++) socket.SendTo(frame, new LinkEndPoint(nic.Index));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CliException(ExitCode.Failed, "to send a frame of our own making takes root, or CAP_NET_RAW",
                "Try: sudo kubectl-wol send …, or send over UDP: leave out --raw, --vlan and --to-mac.");
        }
        catch (SocketException e)
        {
            throw new CliException(ExitCode.Failed, $"cannot send out of {nic.Name}: {e.Message}");
        }
    }

    /// <summary>struct sockaddr_ll with nothing but the interface in it.</summary>
    private sealed class LinkEndPoint(int index) : EndPoint
    {
        private const int Size = 20;
        private const int IndexAt = 4;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Size);
            if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[IndexAt..], index);
            else BinaryPrimitives.WriteInt32BigEndian(address.Buffer.Span[IndexAt..], index);
            return address;
        }
    }
}
