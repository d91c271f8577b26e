namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Server-side apply on built-in kinds; on custom resources see <see cref="CustomResourceTests"/>.</summary>
public sealed class ServerSideApplyTests(SharedCluster cluster)
{
    private static string Deployment(string ns, string spec) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: d, namespace: {{ns}}}
        spec: {{spec}}
        """;

    private const string Whole = "{replicas: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: one, image: i}]}}}";

    [Fact]
    public async Task Two_managers_may_own_two_entries_of_a_list()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync("apply --server-side -f -", Deployment(ns, Whole));

        await cluster.KubectlAsync("apply --server-side --field-manager=other -f -", Deployment(ns, "{template: {spec: {containers: [{name: two, image: j}]}}}"));

        Assert.Equal("one two", await cluster.KubectlAsync($"get deploy d -n {ns} -o jsonpath={{.spec.template.spec.containers[*].name}}"));
    }

    [Fact]
    public async Task A_field_that_another_manager_owns_is_a_conflict()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync("apply --server-side -f -", Deployment(ns, Whole));

        var result = await cluster.TryAsync("apply --server-side --field-manager=other -f -", Deployment(ns, "{replicas: 9}"));

        Assert.Contains("conflict with \"kubectl\": .spec.replicas", result.Error, StringComparison.Ordinal);
    }
}
