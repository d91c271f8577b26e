using System.Runtime.InteropServices;

namespace KubeWol.TestCluster.Network;

/// <summary>struct msghdr and struct mmsghdr of 64-bit Linux, for sendmmsg(2) and recvmsg(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SocketMessage
{
    public void* Name;
    public int NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Multiple
    {
        public SocketMessage Message;
        public uint Length;
    }
}
