using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.ApiServers;

/// <summary>The programs a test cluster is made of.</summary>
/// <param name="ApiServer">kube-apiserver, or this repository's own (tests/testplane).</param>
/// <param name="Etcd">etcd.</param>
/// <param name="Kubectl">kubectl; a bare name is looked up in PATH.</param>
/// <param name="IsGenuine">
/// True for kube-apiserver from KUBEBUILDER_ASSETS. It runs without a controller manager: namespaces are not emptied, nothing is garbage
/// collected, and there is no authorization log; the repository's own server does all three.
/// </param>
public sealed record ClusterBinaries(string ApiServer, string Etcd, string Kubectl, bool IsGenuine)
{
    private static readonly Lazy<Task<ClusterBinaries>> Found = new(FindAsync);

    /// <summary>Those in KUBEBUILDER_ASSETS if it is set; otherwise our own, fetched and built once for all checkouts.</summary>
    public static Task<ClusterBinaries> LocateAsync(CancellationToken cancellationToken) => Found.Value.WaitAsync(cancellationToken);

    /// <summary>kube-apiserver, etcd and, if it is there, kubectl from a directory.</summary>
    public static ClusterBinaries Genuine(string directory)
    {
        var kubectl = Path.Combine(directory, "kubectl");
        var given = new ClusterBinaries(
            Path.Combine(directory, "kube-apiserver"), Path.Combine(directory, "etcd"), File.Exists(kubectl) ? kubectl : "kubectl", IsGenuine: true);
        return File.Exists(given.ApiServer) && File.Exists(given.Etcd)
            ? given
            : throw new TestClusterException($"{directory} (KUBEBUILDER_ASSETS) has no kube-apiserver and etcd.");
    }

    /// <summary>The directory a run of tests/testplane/fetch.sh ends with; its progress goes to standard error.</summary>
    internal static async Task<string> FetchAsync(string? what, CancellationToken cancellationToken)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "testplane", "fetch.sh");
        string[] arguments = what is null ? [script] : [script, what];
        using var state = new StateDirectory();
        await using var fetch = ChildProcess.Start(new ProcessSpec("bash", arguments) { Name = "fetch.sh" }, state.File("fetch.log"), line =>
        {
            if (!line.StartsWith('/')) Console.Error.WriteLine(line);
        });
        var exitCode = await fetch.Exited.WaitAsync(cancellationToken);
        return exitCode == 0
            ? fetch.Lines.Last(line => line.StartsWith('/'))
            : throw new TestClusterException(fetch.Lines.LastOrDefault("tests/testplane/fetch.sh failed without a word"));
    }

    private static async Task<ClusterBinaries> FindAsync()
    {
        if (Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } assets) return Genuine(assets);
        var own = await FetchAsync(null, CancellationToken.None);
        return new ClusterBinaries(Path.Combine(own, "testplane"), Path.Combine(own, "etcd"), Path.Combine(own, "kubectl"), false);
    }
}
