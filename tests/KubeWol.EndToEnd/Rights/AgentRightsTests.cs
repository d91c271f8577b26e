using KubeWol.TestBed;

namespace KubeWol.EndToEnd.Rights;

/// <summary>What a stolen agent's token is worth: no Secrets, nothing outside KubeWol's own namespace, and no machine.</summary>
public sealed class AgentRightsTests(InstalledChart installed) : IClassFixture<InstalledChart>
{
    private const string Agent = $"system:serviceaccount:{Installation.Namespace}:kubewol-agent";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_chart_grants_an_agent_nothing_outside_its_namespace_and_no_Secrets()
    {
        var rules = GrantedRule.Of(installed.Chart).Where(rule => rule.User == Agent).ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.Equal(Installation.Namespace, rule.Namespace));
        Assert.All(rules, rule => Assert.DoesNotContain("*", $"{rule.Group} {rule.Resource} {rule.Verb}", StringComparison.Ordinal));
        Assert.DoesNotContain(rules, rule => rule.Resource.StartsWith("secrets", StringComparison.Ordinal));
        Assert.All(rules, rule => Assert.Contains(rule.Verb, (string[])["create", "get", "list", "watch"]));
    }

    [Theory]
    [InlineData(Installation.Namespace, "create wakerequests.kubewol.io", "yes")]
    [InlineData(Installation.Namespace, "get secrets", "no")]
    [InlineData(Installation.Namespace, "list secrets", "no")]
    [InlineData(Installation.Namespace, "create pods", "no")]
    [InlineData(Installation.Namespace, "create serviceaccounts/token", "no")]
    [InlineData(Installation.Namespace, "delete wakerequests.kubewol.io", "no")]
    [InlineData(Installation.Namespace, "patch wakerequests.kubewol.io --subresource=status", "no")]
    [InlineData("default", "create wakerequests.kubewol.io", "no")]
    [InlineData("default", "get secrets", "no")]
    [InlineData("default", "get virtualmachines.kubevirt.io", "no")]
    [InlineData("default", "update virtualmachines.subresources.kubevirt.io --subresource=start", "no")]
    [InlineData("default", "create events.events.k8s.io", "no")]
    public async Task The_API_server_says_the_same(string ns, string what, string expected)
    {
        var answer = await installed.Server.Kubectl.RunAsync(["auth", "can-i", .. what.Split(' '), "-n", ns, $"--as={Agent}"], Cancel);
        Assert.Equal(expected, answer.Output.Trim());
    }
}
