using System.Globalization;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using KubeWol.TestBed;
using KubeWol.TestCluster.ApiServers;

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
        results.Say("system", RuntimeInformation.OSDescription);
        results.Say("kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim());
        results.Say("runtime", RuntimeInformation.FrameworkDescription);
        results.Say("agent", File.Exists($"{Programs.Agent}.dll") ? "managed" : "native");
    }

    /// <summary>Which API server, and which store behind it.</summary>
    public static async Task NoteAsync(Run run, ApiServer server, CancellationToken cancellationToken)
    {
        using var client = server.CreateAdminHttpClient();
        var version = await client.GetFromJsonAsync<JsonElement>("/version", cancellationToken);
        run.Results.Say("api server", $"{(server.IsGenuine ? "kube-apiserver" : "k8s.io/apiserver, the test plane's,")} {version.GetProperty("gitVersion").GetString()}");
        using var store = new HttpClient { BaseAddress = server.EtcdAddress };
        var etcd = await store.GetFromJsonAsync<JsonElement>("/version", cancellationToken);
        run.Results.Say("etcd", $"{etcd.GetProperty("etcdserver").GetString()}, without fsync");
    }

    private static long Memory() => long.Parse(Find("/proc/meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) >> 20;

    private static string Find(string file, string name) => File.ReadLines(file).FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "unknown";
}
