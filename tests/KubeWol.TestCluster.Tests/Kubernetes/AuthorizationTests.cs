using System.Net;
using KubeWol.TestCluster.Processes;
using KubeWol.TestCluster.Tools;

namespace KubeWol.TestCluster.Tests.Kubernetes;

/// <summary>Who may do what.</summary>
public sealed class AuthorizationTests(SharedCluster cluster)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_was_granted_nothing_may_do_nothing()
    {
        var result = await As("bob").RunAsync(["get", "configmaps"], Cancel);

        Assert.Contains("User \"bob\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"default\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_says_who_the_user_is_and_in_which_groups()
    {
        var who = await As("carol", "developers", "night-shift").OutputAsync(
            ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups}"], Cancel);

        Assert.Equal("""carol ["developers","night-shift","system:authenticated"]""", who);
    }

    [Fact]
    public async Task A_wrong_token_is_not_anonymous_but_unauthorized()
    {
        using var wrong = cluster.Api.CreateHttpClient("wrong");
        using var nobody = cluster.Api.CreateHttpClient(null);

        using var unauthorized = await wrong.GetAsync(new Uri("version", UriKind.Relative), Cancel);
        using var open = await nobody.GetAsync(new Uri("version", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, unauthorized.StatusCode);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task A_role_grants_its_verbs_in_its_namespace_to_a_group()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create role reader -n {ns} --verb=get,list --resource=configmaps");
        await cluster.KubectlAsync($"create rolebinding reader -n {ns} --role=reader --group={ns}-developers");
        var alice = As("alice", $"{ns}-developers");

        await Eventually.BecomesTrueAsync("the binding is in force", async () => (await alice.RunAsync(["get", "configmaps", "-n", ns], Cancel)).Succeeded, Cancel);
        Assert.Contains("cannot delete resource", (await alice.RunAsync(["delete", "configmap", "x", "-n", ns], Cancel)).Error, StringComparison.Ordinal);
        Assert.Contains("forbidden", (await alice.RunAsync(["get", "configmaps", "-n", "default"], Cancel)).Error, StringComparison.Ordinal);
        Assert.Contains("configmaps", await alice.OutputAsync(["auth", "can-i", "--list", "-n", ns], Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("patch deployments/one --subresource=status", true)]
    [InlineData("patch deployments/one", false)]
    [InlineData("patch deployments/two --subresource=status", false)]
    [InlineData("delete deployments/one --subresource=status", false)]
    public async Task A_rule_may_name_subresources_and_objects(string what, bool expected)
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create role status -n {ns} --verb=patch --resource=deployments.apps/status --resource-name=one");
        await cluster.KubectlAsync($"create rolebinding status -n {ns} --role=status --user=bob");
        await Eventually.BecomesTrueAsync("the binding is in force", async () => (await CanBobAsync("patch deployments/one --subresource=status")).Succeeded, Cancel);

        Assert.Equal(expected, (await CanBobAsync(what)).Succeeded);

        Task<CommandResult> CanBobAsync(string verb) => cluster.TryAsync($"auth can-i {verb} -n {ns} --as=bob");
    }

    [Fact]
    public async Task The_log_names_the_rule_that_allowed_and_what_was_denied()
    {
        var ns = await cluster.NewNamespaceAsync();
        await cluster.KubectlAsync($"create role reader -n {ns} --verb=get --resource=configmaps");
        await cluster.KubectlAsync($"create rolebinding reader -n {ns} --role=reader --user={ns}-eve");
        var eve = As($"{ns}-eve");
        await cluster.KubectlAsync($"create configmap x -n {ns}");
        await Eventually.BecomesTrueAsync("the binding is in force", async () => (await eve.RunAsync(["get", "configmap", "x", "-n", ns], Cancel)).Succeeded, Cancel);
        await eve.RunAsync(["get", "secrets", "-n", ns], Cancel);

        var log = (await File.ReadAllLinesAsync(cluster.Api.AuthorizationLog!, Cancel)).Where(line => line.Contains($"{ns}-eve", StringComparison.Ordinal)).ToArray();

        Assert.Contains(log, line => line.Contains($"RoleBinding/{ns}/reader Role/reader#0", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("\"allowed\":false", StringComparison.Ordinal) && line.Contains("\"resource\":\"secrets\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_subject_access_review_answers_for_somebody_else()
    {
        const string Review = """
            apiVersion: authorization.k8s.io/v1
            kind: SubjectAccessReview
            spec: {user: bob, groups: ["system:masters"], resourceAttributes: {verb: get, resource: secrets}}
            """;

        Assert.Equal("true", await cluster.KubectlAsync("create -f - -o jsonpath={.status.allowed}", Review));
        Assert.Equal("false", await cluster.KubectlAsync("create -f - -o jsonpath={.status.allowed}", Review.Replace("masters", "nobodies", StringComparison.Ordinal)));
    }

    private Kubectl As(string user, params string[] groups) => cluster.Api.KubectlFor(cluster.Api.KubeconfigForClientCertificate(user, groups));
}
