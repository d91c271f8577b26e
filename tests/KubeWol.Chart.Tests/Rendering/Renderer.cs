using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;
using KubeWol.TestCluster.Tools;

namespace KubeWol.Chart.Tests.Rendering;

/// <summary>helm without a cluster.</summary>
public sealed class Renderer : IDisposable
{
    private readonly StateDirectory _state = new();
    private readonly Helm _helm;

    public Renderer() => _helm = new Helm(_state.Write("none.kubeconfig", "apiVersion: v1\nkind: Config\n"), _state);

    /// <summary>A file that goes with this.</summary>
    public string Write(string name, string text) => _state.Write(name, text);

    public Task<CommandResult> HelmAsync(params IReadOnlyList<string> arguments) => _helm.RunAsync(arguments, TestContext.Current.CancellationToken);

    /// <summary>helm template with options such as --set or --values.</summary>
    public Task<CommandResult> TemplateAsync(params IReadOnlyList<string> options) =>
        HelmAsync(["template", "kubewol", Repository.Chart, "--namespace", TestBed.Installation.Namespace, .. options]);

    public void Dispose() => _state.Dispose();
}
