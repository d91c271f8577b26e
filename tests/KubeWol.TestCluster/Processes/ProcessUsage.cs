using System.Globalization;

namespace KubeWol.TestCluster.Processes;

/// <summary>What a process uses at one moment, from /proc.</summary>
/// <param name="ResidentBytes">Resident set size.</param>
/// <param name="PeakResidentBytes">Its highest value so far.</param>
/// <param name="UserTime">CPU time in user mode.</param>
/// <param name="SystemTime">CPU time in the kernel.</param>
public sealed record ProcessUsage(long ResidentBytes, long PeakResidentBytes, TimeSpan UserTime, TimeSpan SystemTime)
{
    /// <summary>That of any process of this machine; only while it runs.</summary>
    public static ProcessUsage Of(int pid)
    {
        var status = File.ReadAllLines($"/proc/{pid}/status");
        // proc(5): the name in parentheses may hold spaces; utime and stime are fields 14 and 15, in ticks of 1/100 s on Linux.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessUsage(Kilobytes(status, "VmRSS:"), Kilobytes(status, "VmHWM:"), Ticks(fields[11]), Ticks(fields[12]));
    }

    private static long Kilobytes(string[] status, string name) =>
        1024 * long.Parse(status.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^2], CultureInfo.InvariantCulture);

    private static TimeSpan Ticks(string field) => TimeSpan.FromMilliseconds(10 * long.Parse(field, CultureInfo.InvariantCulture));
}
