using KubeWol.ControllerRuntime.Cluster;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>A folder for one test, with kubeconfig files in it, and connections opened from them in an environment of the test's own.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kubewol-").FullName;

    /// <summary>The environment variables that a connection sees; nothing of the process's own.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>An executable shell script.</summary>
    public string WriteScript(string name, string body)
    {
        var path = Write(name, "#!/bin/sh\n" + body + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A kubeconfig with one context; the lines are the fields of its cluster and its user.</summary>
    public string WriteKubeconfig(Uri server, string[]? cluster = null, string[]? user = null, string name = "config") => Write(name, $"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts:
        - name: test
          context: {"{"} cluster: test, user: test, namespace: team-a {"}"}
        clusters:
        - name: test
          cluster:
            server: {server}
        {Lines(cluster)}
        users:
        - name: test
          user:
        {Lines(user ?? ["token: abc"])}
        """);

    public ClusterConnection Open(string? kubeconfig = null, TimeProvider? time = null, ConnectionPatience? patience = null) =>
        ClusterConnection.Open(kubeconfig, Environment.GetValueOrDefault, time ?? TimeProvider.System, patience ?? new());

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static string Lines(string[]? lines) => string.Join('\n', (lines ?? []).Select(line => "    " + line.Replace("\n", "\n    ", StringComparison.Ordinal)));
}
