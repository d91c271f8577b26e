using KubeWol.TestCluster;
using KubeWol.TestCluster.ApiServers;

namespace KubeWol.Chart.Tests.Installing;

/// <summary>helm install, upgrade, rollback and uninstall on a real API server.</summary>
public sealed class InstallTests : IAsyncLifetime
{
    private ApiServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task It_installs_upgrades_and_rolls_back()
    {
        await HelmAsync("install", "kubewol", Repository.Chart, "--create-namespace");
        await HelmAsync("upgrade", "kubewol", Repository.Chart, "--set", "agent.interfaces={eth0,bond*}");
        Assert.Contains("--interface=bond*", await AgentArgumentsAsync(), StringComparison.Ordinal);
        await HelmAsync("rollback", "kubewol", "1");
        Assert.DoesNotContain("--interface", await AgentArgumentsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_notes_say_how_to_send_the_first_packet()
    {
        var notes = await HelmAsync("install", "kubewol", Repository.Chart, "--create-namespace", "--set", "agent.interfaces={eth0}");
        Assert.Contains("listens on eth0 of every node", notes, StringComparison.Ordinal);
        Assert.Contains("wakeonlan 52:54:00:12:34:56", notes, StringComparison.Ordinal);
        Assert.Contains("kubectl get wakerequests -n kubewol-system --watch", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", notes, StringComparison.Ordinal);

        var warned = await HelmAsync("upgrade", "kubewol", Repository.Chart, "--set", "crds.keep=false,admissionPolicies.enabled=false");
        Assert.Contains("WARNING: admissionPolicies.enabled is false", warned, StringComparison.Ordinal);
        Assert.Contains("WARNING: crds.keep is false", warned, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crds.keep=true", "CustomResourceDefinition /wakepolicies.kubewol.io", "CustomResourceDefinition /wakerequests.kubewol.io", "CustomResourceDefinition /waketemplates.kubewol.io")]
    [InlineData("crds.keep=false")]
    [InlineData("crds.enabled=false")]
    public async Task Uninstalling_leaves_the_definitions_or_nothing(string values, params string[] left)
    {
        await _server.Kubectl.OutputAsync(["create", "namespace", TestBed.Installation.Namespace], Cancel);
        var before = await ClusterContents.ReadAsync(_server.Kubectl, Cancel);
        await HelmAsync("install", "kubewol", Repository.Chart, "--set", values);
        Assert.True((await ClusterContents.ReadAsync(_server.Kubectl, Cancel)).Count > before.Count + 15, "it installs something");
        await HelmAsync("uninstall", "kubewol");
        await Eventually.BecomesTrueAsync(
            "what was installed is gone", async () => (await ClusterContents.ReadAsync(_server.Kubectl, Cancel)).Except(before).SequenceEqual(left), Cancel);
    }

    /// <summary>A kept definition is taken over by who installs again, under the same name.</summary>
    [Fact]
    public async Task It_installs_again_over_what_it_left()
    {
        await HelmAsync("install", "kubewol", Repository.Chart, "--create-namespace");
        await _server.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakerequests.kubewol.io", "--timeout=30s"], Cancel);
        await HelmAsync("uninstall", "kubewol");
        await HelmAsync("install", "kubewol", Repository.Chart);
    }

    private Task<string> HelmAsync(params string[] arguments) => _server.Helm.OutputAsync([.. arguments, "--namespace", TestBed.Installation.Namespace], Cancel);

    private Task<string> AgentArgumentsAsync() =>
        _server.Kubectl.OutputAsync(["get", "daemonset", "kubewol-agent", "-n", TestBed.Installation.Namespace, "-o", "jsonpath={.spec.template.spec.containers[0].args}"], Cancel);
}
