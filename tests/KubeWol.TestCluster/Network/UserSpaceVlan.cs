using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace KubeWol.TestCluster.Network;

/// <summary>
/// A VLAN device for kernels without 802.1Q: a TAP device whose frames we tag and put out of the parent, and the other way round. On the
/// wire and to programs it is the same; only its kind (ip -d link) tells it apart.
/// </summary>
internal sealed unsafe partial class UserSpaceVlan : IDisposable
{
    private const int TagOffset = 12;
    private const int IdMask = 0xfff;
    private const int MaxFrame = 65536;
    private const nuint SetInterface = 0x400454ca; // TUNSETIFF
    private const short TapWithoutHeader = 0x1002; // IFF_TAP | IFF_NO_PI
    private const int NameSize = 16;

    private readonly SafeFileHandle _tap;
    private readonly FrameSender _parent;
    private readonly FramePump _inbound;
    private readonly Thread _outbound;
    private readonly ushort _id;
    private volatile bool _stopped;

    public UserSpaceVlan(NetworkNamespace ns, string parent, string name, int id)
    {
        _id = (ushort)id;
        _tap = OpenTap(ns, name);
        _parent = new FrameSender(ns, parent);
        _inbound = new FramePump(ns, parent, Untag);
        _outbound = new Thread(Tag) { IsBackground = true, Name = $"frames of {name}" };
        _outbound.Start();
    }

    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        _outbound.Join();
        _inbound.Dispose();
        _parent.Dispose();
        _tap.Dispose(); // and with it the device
    }

    private static SafeFileHandle OpenTap(NetworkNamespace ns, string name)
    {
        SafeFileHandle? tap = null;
        ns.Inside(() =>
        {
            tap = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var request = stackalloc byte[40]; // struct ifreq: the name, then the flags
            Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameSize));
            *(short*)(request + NameSize) = TapWithoutHeader;
            if (Ioctl(tap, SetInterface, request) != 0) throw PacketSocket.Failure($"make the TAP device {name}");
        });
        return tap!;
    }

    private void Untag(byte[] frame)
    {
        var isOurs = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(TagOffset)) == 0x8100
            && (BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(TagOffset + 2)) & IdMask) == _id;
        if (!isOurs) return;
        byte[] untagged = [.. frame.AsSpan(0, TagOffset), .. frame.AsSpan(TagOffset + 4)];
        // A device that is down takes nothing, as it should.
        fixed (byte* start = untagged) _ = Write(_tap, start, (nuint)untagged.Length);
    }

    private void Tag()
    {
        var buffer = stackalloc byte[MaxFrame];
        while (!_stopped)
        {
            if (!PollDescriptor.IsReadable(_tap)) continue;
            var length = (int)Read(_tap, buffer, MaxFrame);
            if (length < TagOffset) continue;
            var frame = new ReadOnlySpan<byte>(buffer, length);
            _parent.TrySend([.. frame[..TagOffset], 0x81, 0x00, (byte)(_id >> 8), (byte)_id, .. frame[TagOffset..]]);
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte* buffer, nuint length);
}
