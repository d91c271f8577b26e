using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KubeWol.TestCluster.Network;

/// <summary>Hands on the frames that come in at a device, tags and all, from a thread of its own.</summary>
internal sealed unsafe partial class FramePump : IDisposable
{
    private const int MaxFrame = 65536;
    private const int AuxDataLength = 36; // struct cmsghdr (16) and struct tpacket_auxdata (20)
    private const byte Outgoing = 4; // PACKET_OUTGOING
    private const uint TagValid = 1 << 4; // TP_STATUS_VLAN_VALID
    private const uint TagProtocolValid = 1 << 6; // TP_STATUS_VLAN_TPID_VALID
    private const int TagOffset = 12;

    private readonly PacketSocket _socket;
    private readonly Thread _thread;
    private readonly Action<byte[]> _receive;
    private volatile bool _stopped;

    public FramePump(NetworkNamespace ns, string device, Action<byte[]> receive)
    {
        _socket = PacketSocket.Open(ns, device, receives: true);
        _receive = receive;
        _thread = new Thread(Run) { IsBackground = true, Name = $"frames of {device}" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        var buffer = new byte[MaxFrame];
        while (!_stopped)
        {
            if (!PollDescriptor.IsReadable(_socket)) continue;
            while (ReceiveOne(buffer) is { } frame) _receive(frame);
        }
    }

    /// <summary>The next incoming frame that waits; null when none does.</summary>
    private byte[]? ReceiveOne(byte[] buffer)
    {
        PacketSocket.LinkAddress from = default;
        var control = stackalloc byte[64];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var vector = new SocketMessage.IoVector { Base = start, Length = (nuint)buffer.Length };
                var message = new SocketMessage
                {
                    Name = &from, NameLength = sizeof(PacketSocket.LinkAddress), Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 64,
                };
                var length = (int)ReceiveMessage(_socket.Descriptor, &message, PacketSocket.MsgDontWait);
                if (length < 0) return null;
                if (from.PacketType != Outgoing) return WithTag(buffer.AsSpan(0, length), new ReadOnlySpan<byte>(control, (int)message.ControlLength));
            }
        }
    }

    /// <summary>The kernel takes the outer VLAN tag off a frame and tells it beside; here it goes back to its place.</summary>
    private static byte[] WithTag(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> control)
    {
        if (control.Length < AuxDataLength) return frame.ToArray();
        var aux = control[16..]; // struct tpacket_auxdata: status, len, snaplen (4 each), mac, net, vlan_tci, vlan_tpid (2 each)
        var status = MemoryMarshal.Read<uint>(aux);
        if ((status & TagValid) == 0) return frame.ToArray();
        var tagged = new byte[frame.Length + 4];
        frame[..TagOffset].CopyTo(tagged);
        var protocol = (status & TagProtocolValid) == 0 ? (ushort)0x8100 : MemoryMarshal.Read<ushort>(aux[18..]);
        BinaryPrimitives.WriteUInt16BigEndian(tagged.AsSpan(TagOffset), protocol);
        BinaryPrimitives.WriteUInt16BigEndian(tagged.AsSpan(TagOffset + 2), MemoryMarshal.Read<ushort>(aux[16..]));
        frame[TagOffset..].CopyTo(tagged.AsSpan(TagOffset + 4));
        return tagged;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, SocketMessage* message, int flags);
}
