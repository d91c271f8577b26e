using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tools;

/// <summary>helm with one kubeconfig; fetched when first used.</summary>
public sealed class Helm
{
    private static readonly Lazy<Task<string>> Found = new(FindAsync);

    private readonly string _kubeconfig;
    private readonly StateDirectory _state;

    public Helm(string kubeconfig, StateDirectory state) => (_kubeconfig, _state) = (kubeconfig, state);

    public async Task<CommandResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var program = await Found.Value.WaitAsync(cancellationToken);
        var home = _state.File("helm");
        return await Command.RunAsync(
            new ProcessSpec(program, ["--kubeconfig", _kubeconfig, .. arguments])
            {
                Environment = new Dictionary<string, string?>
                {
                    ["HOME"] = home, ["KUBECONFIG"] = null, ["HELM_CACHE_HOME"] = home, ["HELM_CONFIG_HOME"] = home, ["HELM_DATA_HOME"] = home,
                },
            },
            cancellationToken);
    }

    /// <summary>What a run that must succeed wrote.</summary>
    public async Task<string> OutputAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        (await RunAsync(arguments, cancellationToken)).Checked;

    private static async Task<string> FindAsync() =>
        Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } assets && File.Exists(Path.Combine(assets, "helm"))
            ? Path.Combine(assets, "helm")
            : Path.Combine(await ClusterBinaries.FetchAsync("helm", CancellationToken.None), "helm");
}
