using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KubeWol.EndToEnd.Rights;

/// <summary>Pods pass the Pod Security Standard "restricted", as far as raw capture allows (docs/security.md says why not further).</summary>
public sealed partial class PodSecurityTests(InstalledChart installed) : IClassFixture<InstalledChart>
{
    [Fact]
    public async Task The_operators_pod_is_restricted()
    {
        var answer = await installed.CreatePodAsync("Deployment", "kubewol-operator");
        Assert.True(answer.Succeeded, answer.Error);
    }

    [Fact]
    public async Task The_agents_pod_is_not_for_these_reasons_alone()
    {
        var answer = await installed.CreatePodAsync("DaemonSet", "kubewol-agent");
        Assert.Equal(["host namespaces", "hostPort", "unrestricted capabilities", "runAsNonRoot != true", "runAsUser=0"], Violations(answer.Error));
    }

    /// <summary>Each of the rules by itself: what judges the pods above can tell.</summary>
    [Theory]
    [InlineData("""{"hostPID": true}""", "host namespaces")]
    [InlineData("""{"container.ports": [{"containerPort": 80, "hostPort": 80}]}""", "hostPort")]
    [InlineData("""{"container.securityContext.procMount": "Unmasked"}""", "procMount")]
    [InlineData("""{"securityContext.seLinuxOptions": {"type": "spc_t"}}""", "seLinuxOptions")]
    [InlineData("""{"securityContext.sysctls": [{"name": "kernel.msgmax", "value": "65536"}]}""", "forbidden sysctls")]
    [InlineData("""{"container.securityContext.allowPrivilegeEscalation": null}""", "allowPrivilegeEscalation != false")]
    [InlineData("""{"container.securityContext.capabilities": {"add": ["NET_RAW"], "drop": ["ALL"]}}""", "unrestricted capabilities")]
    [InlineData("""{"container.securityContext.capabilities": {"drop": ["NET_RAW"]}}""", "unrestricted capabilities")]
    [InlineData("""{"volumes": [{"name": "root", "hostPath": {"path": "/"}}]}""", "restricted volume types")]
    [InlineData("""{"securityContext.runAsNonRoot": null}""", "runAsNonRoot != true")]
    [InlineData("""{"container.securityContext.runAsUser": 0}""", "runAsUser=0")]
    [InlineData("""{"securityContext.seccompProfile": null}""", "seccompProfile")]
    public async Task The_operators_pod_with_a_change_is_refused_for_it(string change, string reason)
    {
        var answer = await installed.CreatePodAsync("Deployment", "kubewol-operator", JsonNode.Parse(change)!.AsObject());
        Assert.Equal([reason], Violations(answer.Error));
    }

    /// <summary>The plugin's words: the names of the rules, each with the details in parentheses.</summary>
    private static string[] Violations(string error)
    {
        const string Words = "violates PodSecurity \"restricted:latest\": ";
        Assert.Contains(Words, error, StringComparison.Ordinal);
        return Details().Replace(error[(error.IndexOf(Words, StringComparison.Ordinal) + Words.Length)..].Trim(), "").Split(", ");
    }

    [GeneratedRegex(@" \([^)]*\)")]
    private static partial Regex Details();
}
