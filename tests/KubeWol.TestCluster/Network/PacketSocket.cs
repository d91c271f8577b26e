using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KubeWol.TestCluster.Network;

/// <summary>An AF_PACKET socket on one device (packet(7)): whole frames, as they are on the wire.</summary>
internal sealed unsafe partial class PacketSocket : SafeHandleMinusOneIsInvalid
{
    public const int SolPacket = 263;
    public const int PacketAuxData = 8;
    public const int MsgDontWait = 0x40;

    private const int AfPacket = 17;
    private const int SockRaw = 3;
    private const int CloseOnExec = 0x80000;
    private const ushort EveryProtocol = 0x0300; // ETH_P_ALL in network byte order
    private const int SolSocket = 1;
    private const int SendBufferForce = 32;
    private const int ReceiveBufferForce = 33;
    private const int BufferSize = 64 << 20;

    private PacketSocket(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    public int Descriptor => (int)handle;

    /// <summary>Opens one on a device in a namespace; only one that receives is given frames.</summary>
    public static PacketSocket Open(NetworkNamespace ns, string device, bool receives) => ns.Inside(() => Open(device, receives));

    public void SetOption(int level, int option, int value)
    {
        if (SetSockOpt(Descriptor, level, option, &value, sizeof(int)) != 0) throw Failure("configure a packet socket");
    }

    public static TestClusterException Failure(string what) => new($"Cannot {what}: {Marshal.GetLastPInvokeErrorMessage()}.");

    protected override bool ReleaseHandle() => Close((int)handle) == 0;

    private static PacketSocket Open(string device, bool receives)
    {
        var descriptor = SocketOpen(AfPacket, SockRaw | CloseOnExec, 0);
        if (descriptor < 0) throw Failure("open a packet socket");
        var socket = new PacketSocket(descriptor);
        socket.SetOption(SolSocket, SendBufferForce, BufferSize);
        socket.SetOption(SolSocket, ReceiveBufferForce, BufferSize);
        if (receives) socket.SetOption(SolPacket, PacketAuxData, 1);
        var index = IfNameToIndex(device);
        if (index == 0) throw Failure($"find device {device}");
        var address = new LinkAddress { Family = AfPacket, Protocol = receives ? EveryProtocol : (ushort)0, Index = (int)index };
        return Bind(descriptor, &address, sizeof(LinkAddress)) == 0 ? socket : throw Failure($"bind to {device}");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int SocketOpen(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int descriptor, LinkAddress* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOpt(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IfNameToIndex(string name);

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int Index;
        public ushort HardwareType;
        public byte PacketType;
        public byte HardwareAddressLength;
        public ulong HardwareAddress;
    }
}
