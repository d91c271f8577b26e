using System.Runtime.InteropServices;

namespace KubeWol.TestCluster.Network;

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct PollDescriptor
{
    private const short Readable = 1;
    private const int Milliseconds = 50;

    public int Descriptor;
    public short Events;
    public short Returned;

    /// <summary>Waits a moment, short enough for a loop that looks whether it shall end, for something to read.</summary>
    public static bool IsReadable(SafeHandle file)
    {
        var poll = new PollDescriptor { Descriptor = (int)file.DangerousGetHandle(), Events = Readable };
        return Poll(&poll, 1, Milliseconds) > 0 && (poll.Returned & Readable) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
