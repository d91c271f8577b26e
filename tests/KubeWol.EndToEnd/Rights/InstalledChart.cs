using System.Text.Json.Nodes;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Rights;

/// <summary>An API server with the chart on it and nothing else: what is asked here stands in no other test's log of decisions.</summary>
public sealed class InstalledChart : IAsyncLifetime
{
    /// <summary>A namespace whose pods must be restricted.</summary>
    public const string Restricted = "restricted";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ApiServer Server { get; private set; } = null!;

    public RenderedChart Chart { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await ApiServer.StartAsync(Cancel);
        Chart = await RenderedChart.RenderAsync(Server.Helm, [], Cancel);
        await Server.Kubectl.OutputAsync(["create", "namespace", Installation.Namespace], Cancel);
        await Server.Kubectl.ApplyAsync(Chart.Without("Deployment", "DaemonSet"), Cancel);
        // A genuine kube-apiserver has the admission plugin PodSecurity; our own has the same rules as a policy.
        if (!Server.IsGenuine) await Server.Kubectl.ApplyAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Rights", "pod-security-restricted.yaml"), Cancel), Cancel);
        await Server.Kubectl.ApplyAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {Restricted}, labels: {{pod-security.kubernetes.io/enforce: restricted}}}}}}", Cancel);
        await Eventually.BecomesTrueAsync(
            "pods are judged",
            async () => !(await Server.Kubectl.RunAsync(["create", "-f", "-", "--dry-run=server"], Pod("DaemonSet", "kubewol-agent", null), Cancel)).Succeeded, Cancel);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Asks for a pod of a workload of the chart in the restricted namespace.</summary>
    public Task<CommandResult> CreatePodAsync(string kind, string name, JsonObject? change = null) =>
        Server.Kubectl.RunAsync(["create", "-f", "-", "--dry-run=server"], Pod(kind, name, change), Cancel);

    private string Pod(string kind, string name, JsonObject? change)
    {
        var pod = Chart.Find(kind, name)["spec"]!["template"]!.DeepClone().AsObject();
        pod["apiVersion"] = "v1";
        pod["kind"] = "Pod";
        pod["metadata"]!["generateName"] = $"{name}-";
        pod["metadata"]!["namespace"] = Restricted;
        foreach (var (field, value) in change ?? [])
        {
            // "container." leads to the container, all else to the pod's spec.
            var (at, path) = field.StartsWith("container.", StringComparison.Ordinal) ? (pod["spec"]!["containers"]![0]!, field["container.".Length..]) : (pod["spec"]!, field);
            var names = path.Split('.');
            foreach (var step in names[..^1]) at = at[step] ??= new JsonObject();
            at[names[^1]] = value?.DeepClone();
        }

        return pod.ToJsonString();
    }
}
