using System.Globalization;
using System.Runtime.InteropServices;
using KubeWol.TestBed;

namespace KubeWol.Bench;

/// <summary>What figures have to be read with: when, where, with what.</summary>
internal static class Circumstances
{
    public static void Note(Run run)
    {
        var results = run.Results;
        results.Say("date", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        results.Say("sizes", run.IsQuick ? "quick" : "full");
        results.Say("machine", $"{Environment.ProcessorCount} × {Find("/proc/cpuinfo", "model name")}, {Memory()} GiB, everything on it: generator, API server, etcd, KubeWol");
        results.Say("kernel", RuntimeInformation.OSDescription.Split(' ') is [_, var version, ..] ? version : RuntimeInformation.OSDescription);
        results.Say("runtime", RuntimeInformation.FrameworkDescription);
        results.Say("agent", File.Exists($"{Programs.Agent}.dll") ? "managed" : "native");
    }

    private static long Memory() => long.Parse(Find("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) >> 20;

    private static string Find(string file, string name) => File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "unknown";
}
