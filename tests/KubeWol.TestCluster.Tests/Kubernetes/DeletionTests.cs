namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Finalizers, garbage collection, namespaces that end.</summary>
public sealed class DeletionTests(SharedCluster cluster)
{
    [Fact]
    public async Task A_finalizer_holds_an_object_until_it_is_taken_off()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeAsync(ns, "held", null, "finalizers: [test.example/hold]");
        await cluster.KubectlAsync($"delete configmap held -n {ns} --wait=false");
        Assert.NotEmpty(await cluster.KubectlAsync($"get configmap held -n {ns} -o jsonpath={{.metadata.deletionTimestamp}}"));

        await cluster.KubectlAsync($"patch configmap held -n {ns} --type=json -p [{{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}}]");

        Assert.False(await ExistsAsync(ns, "held"));
    }

    [Fact]
    public async Task What_it_owns_follows_a_deleted_object()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeAsync(ns, "owner", null);
        await MakeAsync(ns, "child", "owner");
        await MakeAsync(ns, "grandchild", "child");

        await cluster.KubectlAsync($"delete configmap owner -n {ns}");

        await Eventually.BecomesTrueAsync(
            "child and grandchild are gone", async () => !await ExistsAsync(ns, "child") && !await ExistsAsync(ns, "grandchild"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_foreground_deletion_ends_after_what_the_object_owns()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeAsync(ns, "owner", null);
        await MakeAsync(ns, "child", "owner");

        await cluster.KubectlAsync($"delete configmap owner -n {ns} --cascade=foreground --timeout=20s");

        Assert.False(await ExistsAsync(ns, "child"));
    }

    [Fact]
    public async Task An_orphaned_object_stays_and_has_no_owner()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeAsync(ns, "owner", null);
        await MakeAsync(ns, "child", "owner");

        await cluster.KubectlAsync($"delete configmap owner -n {ns} --cascade=orphan --timeout=20s");

        Assert.Empty(await cluster.KubectlAsync($"get configmap child -n {ns} -o jsonpath={{.metadata.ownerReferences}}"));
    }

    [Fact]
    public async Task A_deleted_namespace_is_emptied_first()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeAsync(ns, "inside", null);

        await cluster.KubectlAsync($"delete namespace {ns} --timeout=20s");

        Assert.False(await ExistsAsync(ns, "inside"));
    }

    private async Task MakeAsync(string ns, string name, string? owner, string more = "")
    {
        var uid = owner is null ? "" : await cluster.KubectlAsync($"get configmap {owner} -n {ns} -o jsonpath={{.metadata.uid}}");
        var reference = owner is null ? "" : $$"""ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: {{owner}}, uid: {{uid}}, blockOwnerDeletion: true}]""";
        await cluster.ApplyAsync($$"""
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: {{name}}
              namespace: {{ns}}
              {{reference}}
              {{more}}
            """);
    }

    private async Task<bool> ExistsAsync(string ns, string name) => (await cluster.TryAsync($"get configmap {name} -n {ns}")).Succeeded;
}
