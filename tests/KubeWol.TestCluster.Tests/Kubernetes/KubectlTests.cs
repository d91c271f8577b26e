using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>kubectl on the built-in kinds.</summary>
public sealed class KubectlTests(SharedCluster cluster)
{
    private static string Everything(string ns) => $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c, namespace: {{ns}}}
        data: {a: "1"}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: s, namespace: {{ns}}}
        stringData: {p: hunter2}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: d, namespace: {{ns}}}
        spec: {selector: {app: d}, ports: [{port: 80}]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: d, namespace: {{ns}}}
        spec: {minAvailable: 1, selector: {matchLabels: {app: d} } }
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: d, namespace: {{ns}}}
        spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8} }]}]}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: ds, namespace: {{ns}}}
        spec: {selector: {matchLabels: {app: ds} }, template: {metadata: {labels: {app: ds} }, spec: {hostNetwork: true, containers: [{name: a, image: i}]} } }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: p, namespace: {{ns}}}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi} } }
        ---
        apiVersion: coordination.k8s.io/v1
        kind: Lease
        metadata: {name: l, namespace: {{ns}}}
        spec: {holderIdentity: me, leaseDurationSeconds: 15}
        ---
        {{Deployment(ns)}}
        """;

    private static string Deployment(string ns) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d, namespace: {{ns}}}
        spec:
          replicas: 2
          selector: {matchLabels: {app: d} }
          template:
            metadata: {labels: {app: d} }
            spec: {containers: [{name: a, image: i, ports: [{containerPort: 80}], env: [{name: X, value: v}]}]}
        """;

    [Fact]
    public async Task What_is_applied_twice_is_unchanged_the_second_time()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Everything(ns));

        var again = await cluster.ApplyAsync(Everything(ns));
        var difference = await cluster.TryAsync("diff -f -", Everything(ns));

        // kubectl always sends a Secret's stringData, which is never what is stored, and a PodDisruptionBudget's selector (its patch
        // strategy is "replace").
        string[] changed = [.. again.Trim().Split('\n').Where(line => !line.EndsWith(" unchanged", StringComparison.Ordinal))];
        Assert.Equal(["secret/s configured", "poddisruptionbudget.policy/d configured"], changed);
        Assert.True(difference.Succeeded, difference.Output);
    }

    [Fact]
    public async Task Every_kind_can_be_printed_and_described()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Everything(ns));

        var table = await cluster.KubectlAsync($"get deploy,ds,svc,pdb,lease,netpol,pvc,cm -n {ns} -o wide");
        var text = await cluster.KubectlAsync($"describe deploy/d svc/d secret/s pvc/p lease/l ds/ds pdb/d -n {ns}");

        Assert.Matches(@"daemonset\.apps/ds\b", table);
        Assert.Matches(@"lease\.coordination\.k8s\.io/l +me ", table);
        Assert.Matches(@"Type: +ClusterIP", text);
        Assert.Matches(@"IP: +10\.96\.", text);
    }

    [Fact]
    public async Task A_secret_given_as_text_is_stored_as_bytes()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Everything(ns));

        Assert.Equal("aHVudGVyMg==", await cluster.KubectlAsync($"get secret s -n {ns} -o jsonpath={{.data.p}}"));
    }

    [Fact]
    public async Task Watching_prints_what_changes()
    {
        var ns = await cluster.NewNamespaceAsync();
        using var state = new StateDirectory();
        await using var watch = ChildProcess.Start(
            new ProcessSpec(cluster.Api.KubectlProgram, "--kubeconfig", cluster.Api.AdminKubeconfig, "get", "configmaps", "-n", ns, "--watch"), state.File("watch.log"));

        await cluster.KubectlAsync($"create configmap fresh -n {ns}");

        await watch.WaitForLineAsync(line => line.StartsWith("fresh ", StringComparison.Ordinal), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Explain_knows_the_built_in_kinds() =>
        Assert.Contains("FIELD: image <string>", await cluster.KubectlAsync("explain deployment.spec.template.spec.containers.image"), StringComparison.Ordinal);

    [Fact]
    public async Task Scale_changes_the_replicas()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Deployment(ns));

        await cluster.KubectlAsync($"scale deploy/d -n {ns} --replicas=5");

        Assert.Equal("5", await cluster.KubectlAsync($"get deploy d -n {ns} -o jsonpath={{.spec.replicas}}"));
    }

    [Fact]
    public async Task The_generation_counts_changes_of_the_spec_only()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Deployment(ns));
        const string Generation = "-o jsonpath={.metadata.generation}";

        Assert.Equal("1", await cluster.KubectlAsync($"label deploy d -n {ns} z=1 {Generation}"));
        Assert.Equal("2", await cluster.KubectlAsync($"set image deploy/d -n {ns} a=j {Generation}"));
        Assert.Equal("2", await cluster.KubectlAsync($"annotate deploy d -n {ns} z=1 {Generation}"));
        await cluster.KubectlAsync($"rollout restart deploy/d -n {ns}");
        Assert.Equal("3", await cluster.KubectlAsync($"get deploy d -n {ns} {Generation}"));
    }

    [Fact]
    public async Task A_strategic_patch_merges_containers_by_name()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Deployment(ns));
        const string Patch = """{"spec":{"template":{"spec":{"containers":[{"name":"b","image":"k"}]}}}}""";

        var names = await cluster.KubectlAsync(
            $"patch deploy d -n {ns} -p {Patch} -o jsonpath={{.spec.template.spec.containers[*].name}}");

        Assert.Equal(["a", "b"], names.Split(' ').Order());
    }

    [Fact]
    public async Task The_status_is_written_apart_and_ends_a_rollout()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.ApplyAsync(Deployment(ns));
        const string Status = """{"spec":{"replicas":7},"status":{"availableReplicas":2,"readyReplicas":2,"updatedReplicas":2,"replicas":2,"observedGeneration":9}}""";

        await cluster.KubectlAsync($"patch deploy d -n {ns} --subresource=status --type=merge -p {Status}");

        Assert.Equal("2", await cluster.KubectlAsync($"get deploy d -n {ns} -o jsonpath={{.spec.replicas}}"));
        Assert.Contains("successfully rolled out", await cluster.KubectlAsync($"rollout status deploy/d -n {ns} --timeout=5s"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_whose_selector_misses_its_own_pods_is_refused()
    {
        var ns = await cluster.NewNamespaceAsync();
        var result = await cluster.TryAsync("apply -f -", Deployment(ns).Replace("labels: {app: d}", "labels: {app: q}", StringComparison.Ordinal));

        Assert.Contains("`selector` does not match template `labels`", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_field_is_refused()
    {
        var ns = await cluster.NewNamespaceAsync();
        var result = await cluster.TryAsync("apply -f -", Deployment(ns).Replace("replicas", "replicaz", StringComparison.Ordinal));

        Assert.Contains("unknown field \"spec.replicaz\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_made_in_a_namespace_that_is_not_there()
    {
        var result = await cluster.TryAsync("create configmap x -n nowhere");

        Assert.Contains("namespaces \"nowhere\" not found", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_of_an_old_version_is_a_conflict()
    {
        var ns = await cluster.NewNamespaceAsync();
        var old = await cluster.KubectlAsync($"create configmap x -n {ns} -o json");
        await cluster.KubectlAsync($"label configmap x -n {ns} a=b");

        var result = await cluster.TryAsync("replace -f -", old);

        Assert.Contains("the object has been modified", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_all_leaves_nothing_of_the_kind()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create configmap x -n {ns}");

        await cluster.KubectlAsync($"delete configmaps --all -n {ns}");

        Assert.Empty(await cluster.KubectlAsync($"get configmaps -n {ns} -o name"));
    }
}
