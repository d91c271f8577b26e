using KubeWol.TestCluster;
using KubeWol.TestCluster.Processes;

namespace KubeWol.EndToEnd.Rights;

/// <summary>A user of the cluster, who has the rights that a test grants and no others.</summary>
public sealed class Caller(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Name { get; } = $"user-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>Grants rights in a namespace: "group resource verb,verb", with semicolons between them.</summary>
    public async Task GrantAsync(string ns, string rights)
    {
        var role = $"{Name}-{Guid.NewGuid().ToString("N")[..6]}";
        var rules = rights.Split(';', StringSplitOptions.TrimEntries).Select(r => r.Split(' ')).Select(r => $"{{apiGroups: [{r[0]}], resources: [{r[1]}], verbs: [{r[2]}]}}");
        await bed.Cluster.Kubectl.ApplyAsync(
            $$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: {{role}}, namespace: {{ns}}}
            rules: [{{string.Join(", ", rules)}}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: {{role}}, namespace: {{ns}}}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{role}}}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: {{Name}}}]
            """,
            Cancel);
    }

    /// <summary>Runs kubectl as this user, once the rights that were granted have arrived at the authorizer.</summary>
    public async Task<CommandResult> KubectlAsync(IReadOnlyList<string> arguments, string? input = null)
    {
        CommandResult answer = null!;
        await Eventually.BecomesTrueAsync(
            $"{Name} has the right for kubectl {arguments[0]}",
            async () => (answer = await bed.Cluster.Kubectl.RunAsync([.. arguments, $"--as={Name}"], input, Cancel)).Succeeded
                || !answer.Error.Contains($"User \"{Name}\" cannot ", StringComparison.Ordinal),
            Cancel);
        return answer;
    }

    public Task<CommandResult> CreateAsync(string manifest) => KubectlAsync(["create", "-f", "-"], manifest);
}
