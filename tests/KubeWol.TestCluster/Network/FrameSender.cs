using System.Buffers;
using System.Runtime.InteropServices;

namespace KubeWol.TestCluster.Network;

/// <summary>Puts frames on the wire just as they are given: from the destination address to the payload, without a checksum.</summary>
public sealed unsafe partial class FrameSender : IDisposable
{
    private const int Batch = 256;

    private readonly PacketSocket _socket;

    /// <summary>Sends out of any device there is in a namespace.</summary>
    public FrameSender(NetworkNamespace ns, string device) => _socket = PacketSocket.Open(ns, device, receives: false);

    public void Send(ReadOnlySpan<byte> frame)
    {
        if (!TrySend(frame)) throw PacketSocket.Failure("send a frame");
    }

    /// <summary>Sends all of them back to back, as fast as the device takes them.</summary>
    public void SendBurst(IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        var pins = new MemoryHandle[Batch];
        var vectors = stackalloc SocketMessage.IoVector[Batch];
        var messages = stackalloc SocketMessage.Multiple[Batch];
        for (var sent = 0; sent < frames.Count;)
        {
            var count = Math.Min(Batch, frames.Count - sent);
            for (var i = 0; i < count; i++)
            {
                pins[i] = frames[sent + i].Pin();
                vectors[i] = new SocketMessage.IoVector { Base = pins[i].Pointer, Length = (nuint)frames[sent + i].Length };
                messages[i] = new SocketMessage.Multiple { Message = new SocketMessage { Vectors = vectors + i, VectorCount = 1 } };
            }
            var done = SendMany(_socket.Descriptor, messages, (uint)count, 0);
            for (var i = 0; i < count; i++) pins[i].Dispose();
            if (done <= 0) throw PacketSocket.Failure("send frames");
            sent += done;
        }
    }

    public void Dispose() => _socket.Dispose();

    internal bool TrySend(ReadOnlySpan<byte> frame)
    {
        fixed (byte* start = frame) return SendOne(_socket.Descriptor, start, (nuint)frame.Length, 0) == frame.Length;
    }

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendOne(int descriptor, byte* frame, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int descriptor, SocketMessage.Multiple* messages, uint count, int flags);
}
