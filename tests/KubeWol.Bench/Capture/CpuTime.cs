using System.Globalization;

namespace KubeWol.Bench.Capture;

/// <summary>CPU time of a process to the nanosecond, where /proc/PID/stat has ticks of ten milliseconds.</summary>
internal static class CpuTime
{
    /// <summary>What all its present threads have run (sched-stats of the kernel's documentation: the first field of schedstat).</summary>
    public static double Nanoseconds(int process) => Directory.EnumerateDirectories($"/proc/{process}/task").Sum(thread =>
    {
        try
        {
            return double.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // a thread that has just ended
        }
    });
}
