using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.KubeVirt;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Chart.Tests.Installing;

/// <summary>The life of an installation: the previous chart, this one, a wake by a real frame, and its end.</summary>
public sealed class LifeTests : IAsyncLifetime
{
    private const string Machines = "life";
    private const string Mac = "52:54:00:c4:a7:01";

    private Cluster _cluster = null!;
    private NodeNetwork _network = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The chart before this one, as helm packs it. With a release the one that is released takes its place.</summary>
    private static string Previous => Assert.Single(Directory.GetFiles(Repository.Own("previous"), "kubewol-*.tgz"));

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Cluster.GivenVariable) is null or "", "a cluster that was given to us may have KubeWol installed");
        _cluster = await Cluster.StartAsync(["node-a"], new StandInDelays(), Cancel);
        _network = await NodeNetwork.CreateAsync(["node-a"], Cancel);
        await _cluster.Kubectl.OutputAsync(["create", "namespace", Machines], Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_is_upgraded_wakes_a_machine_and_leaves_what_it_says()
    {
        await _cluster.Kubectl.OutputAsync(["create", "namespace", Installation.Namespace], Cancel);
        await _cluster.ApplyAsync(new MachineManifest(Machines, "web-01") { Mac = Mac }, Cancel);
        var before = await ClusterContents.ReadAsync(_cluster.Kubectl, Cancel);

        await HelmAsync("install", "kubewol", Previous);
        await _cluster.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakepolicies.kubewol.io", "--timeout=30s"], Cancel);
        await _cluster.Kubectl.ApplyAsync($"{{apiVersion: kubewol.io/v1alpha1, kind: WakePolicy, metadata: {{name: kept, namespace: {Machines}}}, spec: {{verbs: [Wake], proof: None}}}}", Cancel);
        // A namespace's interfaces are no physical ones: they have to be named.
        await HelmAsync("upgrade", "kubewol", Repository.Chart, "--set", "agent.interfaces={eth*}");

        await using (var installation = await Installation.OfReleaseAsync(_cluster, Cancel))
        {
            var @operator = await installation.StartOperatorAsync("operator", [], Cancel);
            var agent = await installation.StartAgentAsync(_network.Node("node-a"), [], waitUntilReady: true, Cancel);
            await ProbesAnswerAsync(installation.Chart.Find("Deployment", "kubewol-operator"), @operator);
            await ProbesAnswerAsync(installation.Chart.Find("DaemonSet", "kubewol-agent"), agent);
            _ = (await _network.Sender.Namespace.RunAsync(new ProcessSpec("wakeonlan", [Mac]), Cancel)).Checked;
            WakeRequest? request = null;
            await Eventually.BecomesTrueAsync("the request is finished", async () => (request = (await _cluster.RequestsAsync(Cancel)).SingleOrDefault())?.IsFinished() == true, Cancel);
            Assert.Equal(WakeReason.Started, request!.Status!.Reason);
            Assert.Equal("kept", (await _cluster.Kubectl.OutputAsync(["get", "wakepolicies", "-n", Machines, "-o", "jsonpath={.items[*].metadata.name}"], Cancel)).Trim());
        }

        await HelmAsync("uninstall", "kubewol");
        var left = await LeftAsync(before);
        Assert.NotEmpty(left);
        var document = Repository.Read("docs", "install.md");
        Assert.All(left, name => Assert.Contains($"`{name}`", document, StringComparison.Ordinal));

        // And what the document says to do about it leaves nothing.
        await _cluster.Kubectl.OutputAsync(["delete", "namespace", Installation.Namespace], Cancel);
        await _cluster.Kubectl.OutputAsync(["delete", "crd", "wakerequests.kubewol.io", "wakepolicies.kubewol.io", "waketemplates.kubewol.io"], Cancel);
        Assert.Empty(await LeftAsync(before));
    }

    /// <summary>What a kubelet and Prometheus ask for at the pod's port of metrics.</summary>
    private static async Task ProbesAnswerAsync(JsonObject workload, RunningProgram program)
    {
        var container = workload["spec"]!["template"]!["spec"]!["containers"]![0]!;
        foreach (var probe in (string[])["livenessProbe", "readinessProbe"])
        {
            Assert.Equal("metrics", (string?)container[probe]!["httpGet"]!["port"]);
            await program.ReadAsync((string)container[probe]!["httpGet"]!["path"]!, Cancel);
        }

        Assert.Contains("# TYPE kubewol_", await program.MetricsPageAsync(Cancel), StringComparison.Ordinal);
    }

    /// <summary>What is there now and was not before, as the document calls it.</summary>
    private async Task<IReadOnlyList<string>> LeftAsync(SortedSet<string> before) =>
    [
        .. (await ClusterContents.ReadAsync(_cluster.Kubectl, Cancel)).Except(before)
            // The pod that the agent's token is bound to is the test bed's, for want of a kubelet, and the machine's instance is KubeVirt's.
            .Where(name => !name.StartsWith("Pod ", StringComparison.Ordinal) && !name.StartsWith("VirtualMachine", StringComparison.Ordinal))
            .Select(name => name.Split(' ') is [var kind, var path] ? $"{kind} {path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..]}" : name)
            .Select(name => name.StartsWith("WakeRequest ", StringComparison.Ordinal) ? "WakeRequest …" : name == "WakePolicy kept" ? "WakePolicy …" : name)
            .Distinct(),
    ];

    private Task<string> HelmAsync(params string[] arguments) => _cluster.Helm.OutputAsync([.. arguments, "--namespace", Installation.Namespace], Cancel);
}
