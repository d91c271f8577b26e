using System.Diagnostics;
using System.Text;
using KubeWol.TestCluster.Network;

namespace KubeWol.TestCluster.Processes;

/// <summary>What to run, and where.</summary>
/// <param name="Program">A path, or a name to look up in PATH.</param>
/// <param name="Arguments">Its arguments, each as it is: no shell is between.</param>
public sealed record ProcessSpec(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Variables added to this process's own environment; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>The network namespace to run in; null is that of this process.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>How messages and log files call it.</summary>
    public string Name { get; init; } = Path.GetFileName(Program);

    internal Process Start()
    {
        // "ip netns exec" gives the program a /sys of that namespace too. Both it and setpriv (see Spawner) exec and do not fork: the pid
        // is the program's.
        string[] inside = Namespace is null ? [] : [Find("ip"), "netns", "exec", Namespace.Name];
        var info = new ProcessStartInfo(Find("setpriv"), ["--pdeathsig", "KILL", "--", .. inside, Find(Program), .. Arguments])
        {
            WorkingDirectory = WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        return Spawner.Start(info);
    }

    private static string Find(string program)
    {
        if (program.Contains('/')) return File.Exists(program) ? program : throw new TestClusterException($"There is no program {program}.");
        // Root's shell may come without sbin, where Debian has ip and etherwake.
        var path = (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"]);
        return path.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists)
            ?? throw new TestClusterException($"The program {program} is not installed: run eng/setup.sh.");
    }
}
