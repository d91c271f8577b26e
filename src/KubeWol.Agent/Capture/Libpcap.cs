using System.Reflection;
using System.Runtime.InteropServices;
using SharpPcap.LibPcap;

namespace KubeWol.Agent.Capture;

/// <summary>What of libpcap SharpPcap lacks, or gets wrong.</summary>
internal static partial class Libpcap
{
    private const string Library = "pcap";
    private const int Inbound = 1; // PCAP_D_IN, pcap/pcap.h

    static Libpcap() => NativeLibrary.SetDllImportResolver(typeof(Libpcap).Assembly, Resolve);

    /// <summary>pcap_stats(3PCAP). SharpPcap's Statistics read the structure with fields of the wrong size on Linux, so that drops never show.</summary>
    public static CaptureCounts Counts(PcapHandle handle) => pcap_stats(handle.DangerousGetHandle(), out var counts) == 0 ? counts : default;

    /// <summary>
    /// pcap_setdirection(3PCAP): leaves out what the node itself sends. The filter word <c>inbound</c> would, too, but libpcap applies a new
    /// filter itself to frames that are in the ring already, where it does not know their direction, and drops the first ones.
    /// </summary>
    public static bool ReceiveOnly(PcapHandle handle) => pcap_setdirection(handle.DangerousGetHandle(), Inbound) == 0;

    /// <summary>pcap_breakloop(3PCAP), which also wakes a thread that waits for a frame (libpcap 1.10 and later).</summary>
    public static void Break(PcapHandle handle) => pcap_breakloop(handle.DangerousGetHandle());

    /// <summary>The name the library has on Debian, and the one it has elsewhere.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library) return 0;
        foreach (var file in (string[])["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"])
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out var library)) return library;
        }

        return 0;
    }

    [LibraryImport(Library)]
    private static partial int pcap_stats(nint handle, out CaptureCounts counts);

    [LibraryImport(Library)]
    private static partial int pcap_setdirection(nint handle, int direction);

    [LibraryImport(Library)]
    private static partial void pcap_breakloop(nint handle);
}
