using System.Globalization;

namespace KubeWol.TestCluster;

/// <summary>
/// Names that carry the process they belong to, "kw-PID-START-n", so that what a killed run left behind can be told from what a running
/// one uses. START is the process's start time in clock ticks since boot: with it, a reused pid is not mistaken for the owner.
/// </summary>
internal static class OwnedName
{
    private const string Prefix = "kw-";
    private static readonly string Own = $"{Prefix}{Environment.ProcessId}-{StartTime(Environment.ProcessId)}-";
    private static int s_count;

    public static string Next() => Own + Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);

    /// <summary>True for a name made here by a process that is gone.</summary>
    public static bool IsOrphan(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var parts = name.Split('-');
        return parts.Length > 3 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && StartTime(pid) != parts[2];
    }

    private static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]; // proc(5): field 22, starttime
        }
        catch (IOException)
        {
            return null;
        }
    }
}
