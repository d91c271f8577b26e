using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Monitoring.Tests.Bed;

/// <summary>Debian's Prometheus and Alertmanager: installed, or as eng/setup.sh has put them into the cache.</summary>
internal static class MonitoringPrograms
{
    private static readonly string Cache = Environment.GetEnvironmentVariable("KUBEWOL_TEST_CACHE") is { Length: > 0 } cache ? cache
        : Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } home ? home : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", ".cache"), "kubewol", "testplane");

    public static string Prometheus => Find("prometheus");

    /// <summary>Debian's Alertmanager has the place of its templates built in. Where the package is not installed they are put there in a mount namespace, which "ip netns exec" has made: the machine does not see it.</summary>
    public static ProcessSpec Alertmanager(params IReadOnlyList<string> arguments)
    {
        const string place = "/usr/share/prometheus/alertmanager";
        var program = Find("prometheus-alertmanager");
        if (Directory.Exists(place)) return new(program, arguments);
        return new("sh", ["-ec", $"mount -t tmpfs none /usr/share; mkdir -p {place}; cp \"$0\"/*.tmpl {place}; exec \"$@\"", Path.GetDirectoryName(program)!, program, .. arguments]) { Name = "alertmanager" };
    }

    /// <summary>Runs promtool to its end.</summary>
    public static Task<CommandResult> PromtoolAsync(IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken) =>
        Command.RunAsync(new ProcessSpec(Find("promtool"), arguments), input, cancellationToken);

    private static string Find(string program) =>
        ((string[])[Cache, "/usr/bin", "/usr/local/bin"]).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new TestClusterException($"there is no {program}: run eng/setup.sh");
}
