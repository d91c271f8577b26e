using System.Text.Json;
using KubeWol.TestCluster.ApiServers;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Bound service account tokens: what they say, and when they end.</summary>
public sealed class ServiceAccountTokenTests(SharedCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_names_its_service_account()
    {
        var ns = await cluster.NewNamespaceAsync();

        var user = await UserOfAsync(await cluster.Api.TokenForServiceAccountAsync(ns, "default", null, Cancel));

        Assert.Equal($"system:serviceaccount:{ns}:default", user.GetProperty("username").GetString());
        Assert.Contains($"system:serviceaccounts:{ns}", user.GetProperty("groups").EnumerateArray().Select(g => g.GetString()));
        Assert.StartsWith("JTI=", Extra(user, "credential-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pods_token_names_the_pod_and_its_node()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeNodeAsync($"node-of-{ns}");
        await MakePodAsync(ns, $"node-of-{ns}");

        var user = await UserOfAsync(await cluster.Api.TokenForServiceAccountAsync(ns, "default", BoundTo.Pod("agent"), Cancel));

        Assert.Equal("agent", Extra(user, "pod-name"));
        Assert.Equal(await cluster.KubectlAsync($"get pod agent -n {ns} -o jsonpath={{.metadata.uid}}"), Extra(user, "pod-uid"));
        Assert.Equal($"node-of-{ns}", Extra(user, "node-name"));
        Assert.Equal(await cluster.KubectlAsync($"get node node-of-{ns} -o jsonpath={{.metadata.uid}}"), Extra(user, "node-uid"));
    }

    [Fact]
    public async Task A_nodes_token_names_the_node()
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakeNodeAsync($"node-of-{ns}");

        var user = await UserOfAsync(await cluster.Api.TokenForServiceAccountAsync(ns, "default", BoundTo.Node($"node-of-{ns}"), Cancel));

        Assert.Equal($"node-of-{ns}", Extra(user, "node-name"));
    }

    [Theory]
    [InlineData("pod agent", "pod has been deleted")]
    [InlineData("sa default", "service account has been deleted")]
    public async Task A_token_ends_with_what_it_is_bound_to(string what, string because)
    {
        var ns = await cluster.NewNamespaceAsync();
        await MakePodAsync(ns, "");
        var token = await cluster.Api.TokenForServiceAccountAsync(ns, "default", BoundTo.Pod("agent"), Cancel);
        var uid = await cluster.KubectlAsync($"get {what} -n {ns} -o jsonpath={{.metadata.uid}}");

        await cluster.KubectlAsync($"delete {what} -n {ns}");
        // The namespace controller makes a new "default" at once: that is another account.
        var review = await ReviewAsync(token);

        Assert.NotEmpty(uid);
        Assert.False(review.TryGetProperty("authenticated", out _));
        Assert.Contains(because, review.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_good_for_its_audience_only()
    {
        var ns = await cluster.NewNamespaceAsync();
        var token = (await cluster.KubectlAsync($"create token default -n {ns} --audience=vault")).Trim();

        Assert.False((await ReviewAsync(token)).TryGetProperty("authenticated", out _));
        Assert.True((await ReviewAsync(token, "vault")).GetProperty("authenticated").GetBoolean());
    }

    [Fact]
    public async Task A_token_with_any_part_changed_is_refused()
    {
        var ns = await cluster.NewNamespaceAsync();
        var token = await cluster.Api.TokenForServiceAccountAsync(ns, "default", null, Cancel);
        var parts = token.Split('.');

        foreach (var damaged in new[] { $"{parts[0]}.{parts[1]}", $"{parts[0]}.{parts[0]}.{parts[2]}", $"{token}A", "..", parts[0] })
            Assert.False((await ReviewAsync(damaged)).TryGetProperty("authenticated", out _), damaged);
    }

    [Fact]
    public async Task A_token_for_a_pod_of_another_service_account_is_refused()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create sa other -n {ns}");
        await MakePodAsync(ns, "");

        var failure = await Assert.ThrowsAsync<TestClusterException>(() => cluster.Api.TokenForServiceAccountAsync(ns, "other", BoundTo.Pod("agent"), Cancel));

        Assert.Contains("different serviceaccount", failure.Message, StringComparison.Ordinal);
    }

    private static string? Extra(JsonElement user, string key) =>
        user.GetProperty("extra").GetProperty($"authentication.kubernetes.io/{key}")[0].GetString();

    private async Task<JsonElement> UserOfAsync(string token)
    {
        var review = await ReviewAsync(token);
        Assert.True(review.GetProperty("authenticated").GetBoolean());
        return review.GetProperty("user");
    }

    private async Task<JsonElement> ReviewAsync(string token, params string[] audiences)
    {
        var review = new { apiVersion = "authentication.k8s.io/v1", kind = "TokenReview", spec = new { token, audiences } };
        var answer = await cluster.KubectlAsync("create -f - -o json", JsonSerializer.Serialize(review));
        return JsonDocument.Parse(answer).RootElement.GetProperty("status");
    }

    private Task<string> MakeNodeAsync(string name) => cluster.ApplyAsync($$"""
        apiVersion: v1
        kind: Node
        metadata: {name: {{name}}}
        """);

    private Task<string> MakePodAsync(string ns, string node) => cluster.ApplyAsync($$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: agent, namespace: {{ns}}}
        spec: {nodeName: "{{node}}", containers: [{name: a, image: i}]}
        """);
}
