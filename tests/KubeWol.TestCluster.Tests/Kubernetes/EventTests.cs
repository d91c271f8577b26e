namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Events.</summary>
public sealed class EventTests(SharedCluster cluster)
{
    [Fact]
    public async Task Both_event_APIs_show_one_store()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create configmap web -n {ns}");
        await cluster.KubectlAsync("create -f -", $$"""
            apiVersion: events.k8s.io/v1
            kind: Event
            metadata: {name: e1, namespace: {{ns}}}
            eventTime: "2026-01-01T00:00:00.000000Z"
            regarding: {kind: ConfigMap, name: web, namespace: {{ns}}, apiVersion: v1}
            reason: Woken
            note: hello there
            type: Normal
            action: Wake
            reportingController: x
            reportingInstance: x-0
            """);

        Assert.Contains("hello there", await cluster.KubectlAsync($"get events -n {ns} --field-selector involvedObject.name=web"), StringComparison.Ordinal);
        Assert.Contains("Woken", await cluster.KubectlAsync($"events -n {ns} --for configmap/web"), StringComparison.Ordinal);
        Assert.Equal("hello there", await cluster.KubectlAsync($"get events.events.k8s.io e1 -n {ns} -o jsonpath={{.note}}"));
        Assert.Equal("hello there", await cluster.KubectlAsync($"get events.v1. e1 -n {ns} -o jsonpath={{.message}}"));
    }
}
