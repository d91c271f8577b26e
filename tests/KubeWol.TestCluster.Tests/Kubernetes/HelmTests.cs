namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>helm against the API server.</summary>
public sealed class HelmTests(SharedCluster cluster)
{
    [Fact]
    public async Task A_chart_is_installed_upgraded_rolled_back_and_taken_out()
    {
        using var chart = new StateDirectory();
        WriteChart(chart);

        await HelmAsync($"install rel {chart.Path} -n chart --create-namespace");
        await HelmAsync($"upgrade rel {chart.Path} -n chart --set replicas=3");
        Assert.Equal("3", await cluster.KubectlAsync("get deploy rel -n chart -o jsonpath={.spec.replicas}"));
        Assert.Contains("deployed", await HelmAsync("status rel -n chart"), StringComparison.Ordinal);
        Assert.Contains("kind: ClusterRole", await HelmAsync("get manifest rel -n chart"), StringComparison.Ordinal);
        await HelmAsync($"upgrade rel {chart.Path} -n chart --dry-run=server");
        await HelmAsync("rollback rel 1 -n chart");
        Assert.Equal("1", await cluster.KubectlAsync("get deploy rel -n chart -o jsonpath={.spec.replicas}"));

        const string Account = "system:serviceaccount:chart:rel";
        Assert.True((await cluster.TryAsync($"auth can-i list leases.coordination.k8s.io -A --as={Account}")).Succeeded);
        Assert.False((await cluster.TryAsync($"auth can-i delete leases.coordination.k8s.io -A --as={Account}")).Succeeded);

        await HelmAsync("uninstall rel -n chart");
        Assert.Empty(await cluster.KubectlAsync("get deploy,clusterrole -l from=chart -n chart -o name"));
    }

    private static void WriteChart(StateDirectory chart)
    {
        chart.Write("Chart.yaml", """
            apiVersion: v2
            name: chart
            version: 0.1.0
            kubeVersion: ">=1.30.0-0"
            """);
        Directory.CreateDirectory(chart.File("templates"));
        chart.Write("templates/all.yaml", """
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: {{ .Release.Name }}}
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: {{ .Release.Name }}, labels: {from: chart}}
            rules: [{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, list, watch]}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: {{ .Release.Name }}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ .Release.Name }}}
            subjects: [{kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: {{ .Release.Name }}, labels: {from: chart}}
            spec:
              replicas: {{ .Values.replicas | default 1 }}
              selector: {matchLabels: {a: b}}
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}
            """);
    }

    private Task<string> HelmAsync(string arguments) => cluster.Api.Helm.OutputAsync(arguments.Split(' '), TestContext.Current.CancellationToken);
}
