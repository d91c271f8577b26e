using System.Reflection;
using System.Runtime.InteropServices;
using SharpPcap.LibPcap;

namespace KubeWol.Agent.Capture;

/// <summary>pcap_stats(3PCAP). SharpPcap's own Statistics read the structure with fields of the wrong size on Linux, so that drops never show.</summary>
internal static partial class PcapStatistics
{
    private const string Library = "pcap";

    static PcapStatistics() => NativeLibrary.SetDllImportResolver(typeof(PcapStatistics).Assembly, Resolve);

    public static CaptureCounts Read(PcapHandle handle) => pcap_stats(handle.DangerousGetHandle(), out var counts) == 0 ? counts : default;

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
}
