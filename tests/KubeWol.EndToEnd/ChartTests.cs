using KubeWol.TestBed;

namespace KubeWol.EndToEnd;

/// <summary>The chart installs, upgrades and goes away again, with a real helm on the real API server.</summary>
public sealed class ChartTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Helm_finds_no_fault_in_the_chart() => await bed.Cluster.Helm.OutputAsync(["lint", "--strict", RenderedChart.Folder], Cancel);

    [Fact]
    public async Task Helm_installs_upgrades_and_uninstalls_the_chart()
    {
        Assert.SkipWhen(bed.Cluster.IsGiven, "a cluster that was given to us may have KubeWol installed");
        await using var server = await TestCluster.ApiServers.ApiServer.StartAsync(Cancel);
        await server.Helm.OutputAsync(["install", "kubewol", RenderedChart.Folder, "--namespace", "kubewol-system", "--create-namespace"], Cancel);
        await server.Kubectl.OutputAsync(["wait", "--for=condition=established", "crd/wakerequests.kubewol.io", "--timeout=30s"], Cancel);
        await server.Helm.OutputAsync(["upgrade", "kubewol", RenderedChart.Folder, "--namespace", "kubewol-system", "--set", "agent.interfaces={eth0,bond*}"], Cancel);
        var arguments = await server.Kubectl.OutputAsync(["get", "daemonset", "kubewol-agent", "-n", "kubewol-system", "-o", "jsonpath={.spec.template.spec.containers[0].args}"], Cancel);
        Assert.Contains("--interface=bond*", arguments, StringComparison.Ordinal);

        await server.Helm.OutputAsync(["uninstall", "kubewol", "--namespace", "kubewol-system"], Cancel);
        var left = await server.Kubectl.OutputAsync(["get", "deployments,daemonsets,services,serviceaccounts,roles,rolebindings", "-n", "kubewol-system", "-o", "name"], Cancel);
        Assert.DoesNotContain("kubewol", left, StringComparison.Ordinal);
        Assert.Contains("wakerequests.kubewol.io", await server.Kubectl.OutputAsync(["get", "crd", "-o", "name"], Cancel), StringComparison.Ordinal); // crds.keep
    }

    [Fact]
    public async Task It_does_not_install_where_nobody_would_check_who_may_do_what()
    {
        var refused = await TemplateAsync("1.29.0");
        Assert.False(refused.Succeeded);
        Assert.Contains("Kubernetes v1.29.0) has no ValidatingAdmissionPolicy", refused.Error, StringComparison.Ordinal);
        Assert.Contains("set admissionPolicies.enabled=false: then whoever may create WakeRequests", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_installs_there_for_whoever_says_that_they_know()
    {
        var rendered = (await TemplateAsync("1.29.0", "--set", "admissionPolicies.enabled=false")).Checked;
        Assert.DoesNotContain("ValidatingAdmissionPolicy", rendered, StringComparison.Ordinal);
        Assert.Contains("ValidatingAdmissionPolicy", (await TemplateAsync("1.30.0")).Checked, StringComparison.Ordinal);
    }

    private Task<TestCluster.Processes.CommandResult> TemplateAsync(string version, params string[] more) =>
        bed.Cluster.Helm.RunAsync(["template", "kubewol", RenderedChart.Folder, "--kube-version", version, .. more], Cancel);
}
