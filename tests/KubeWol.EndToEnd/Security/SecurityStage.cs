using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd.Security;

/// <summary>The policies, passwords and keys of the security matrix, and the marks its cells leave.</summary>
public sealed class SecurityStage(Bed bed) : IAsyncLifetime
{
    /// <summary>The label by which a policy selects its machines.</summary>
    public const string Label = "security";

    public const string LongPassword = "5a:17:c3:09:e4:61";
    public const string ShortPassword = "192.0.2.77";
    public const string KnownMac = "02:aa:00";
    public const string KnownNetwork = "198.51.100.0/24";

    private const string ClaimedPrefix = "52:54:00:e5";
    private static int s_claimed;

    private readonly Dictionary<(string, string, WakeAction), string> _marks = [];

    /// <summary>Whose key the policy knows.</summary>
    public CommandSender Known { get; } = new("ops");

    /// <summary>Whose key it does not, under the same name.</summary>
    public CommandSender Stranger { get; } = new("ops");

    /// <summary>An address that no machine has, but a template claims whose machines the policy for signed commands selects.</summary>
    public static string NextClaimedAddress() => $"{ClaimedPrefix}:00:{Interlocked.Increment(ref s_claimed):x2}";

    /// <summary>A label's value for a policy's name.</summary>
    public static string Slug(string policy) => policy.Replace(' ', '-').ToLowerInvariant();

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        var aliases = string.Join(", ", Bed.WirePorts.Select(p => $"{{verb: {p.Key}, port: {p.Value}}}"));
        var plain = $"verbs: [Wake, Sleep, Move, Instantiate], aliases: [{aliases}]";
        string[] policies =
        [
            Policy("open", $"{plain}, proof: None"),
            Policy("wake only", "verbs: [Wake], proof: None"),
            Policy("sleep only", $"verbs: [Sleep], aliases: [{{verb: Sleep, port: {Bed.WirePorts[WakeAction.Sleep]}}}], proof: None"),
            Policy("VLAN 10", $"{plain}, proof: None, from: [{{vlans: [10]}}]"),
            Policy("known MAC", $"{plain}, proof: None, from: [{{sourceMACs: [\"{KnownMac}\"]}}]"),
            Policy("known network", $"{plain}, proof: None, from: [{{sourceCIDRs: [\"{KnownNetwork}\"]}}]"),
            Policy("password", $"{plain}, proof: SecureOn, secureOn: {{passwordKeys: [long, short]}}"),
            Policy("signed", $"verbs: [Wake, Sleep, Move, Instantiate, Destroy], proof: Signed, signed: {{keys: [{Known.Key}]}}"),
        ];
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: v1
            kind: Secret
            metadata: {name: kubewol-secureon, namespace: {{bed.Namespace}} }
            stringData: {long: "{{LongPassword}}", short: "{{ShortPassword}}"}
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: guarded, namespace: {{bed.Namespace}} }
            spec:
              macAddresses: {prefixes: ["{{ClaimedPrefix}}"]}
              maxInstances: 100
              labels: { {{Label}}: signed }
              virtualMachine:
                spec:
                  runStrategy: Manual
                  template:
                    spec:
                      domain:
                        memory: {guest: 64Mi}
                        devices: {interfaces: [{name: default, masquerade: {} }]}
                      networks: [{name: default, pod: {} }]
            ---
            {{string.Join("\n---\n", policies)}}
            """, cancel);
        // A digest needs the operator's key, and the policy its passwords: told by the policy's own status, and by what agents read.
        await Eventually.BecomesTrueAsync("the agents can be told a key", async () =>
            (await bed.Cluster.Kubectl.RunAsync(["get", "configmap", "kubewol-agents", "-n", TestBed.Installation.Namespace, "-o", "jsonpath={.data}"], cancel)).Output.Contains("sealing", StringComparison.OrdinalIgnoreCase), cancel);
    }

    public ValueTask DisposeAsync()
    {
        Known.Dispose();
        Stranger.Dispose();
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "security-matrix.md"), Print());
        return ValueTask.CompletedTask;
    }

    public void Mark(SecurityRow row, WakeAction verb, string mark)
    {
        lock (_marks) _marks[(row.Policy, row.Message, verb)] = mark;
    }

    private string Policy(string name, string spec) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: security-{{Slug(name)}}, namespace: {{bed.Namespace}} }
        spec: {selector: {matchLabels: { {{Label}}: {{Slug(name)}} } }, {{spec}} }
        """;

    private string Print()
    {
        var lines = SecurityRow.All.Select(row => $"| {row.Policy} | {row.Message} | {string.Join(" | ", SecurityRow.Verbs.Select(v => row.Outcomes.TryGetValue(v, out var outcome) ? $"{_marks.GetValueOrDefault((row.Policy, row.Message, v), "·")} {outcome}" : ""))} |");
        return $"""
            Who may say what: a policy, how a verb is said (origin, proof, caller), and what comes of it (✓ so it is, ✗ not, – skipped)

            | policy | message | {string.Join(" | ", SecurityRow.Verbs)} |
            |---|---|{string.Concat(SecurityRow.Verbs.Select(_ => "---|"))}
            {string.Join('\n', lines)}

            """;
    }
}
