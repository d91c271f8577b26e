using KubeWol.TestBed;
using KubeWol.Torture.Planning;

namespace KubeWol.Torture.Staging;

/// <summary>What the run's namespace has in it.</summary>
internal static class Manifests
{
    /// <summary>The label that names a machine's group.</summary>
    private const string Label = "torture";

    /// <summary>The machine that others are cloned from.</summary>
    private const string Golden = "golden";

    public static IEnumerable<MachineManifest> Machines() => Cast.Members.Where(m => !m.IsMade)
        .Select(m => new MachineManifest(Stage.Team, m.Name)
        {
            Mac = m.Address.ToString(), RunStrategy = m.Strategy, GracePeriodSeconds = 30, Annotations = m.Annotations, Labels = new Dictionary<string, string> { [Label] = Name(m.Group) },
        })
        .Append(new(Stage.Team, Golden) { RunStrategy = "Manual" });

    public static string Policies(CommandSender commands)
    {
        var verbs = string.Join(", ", Traffic.Ports.Keys.Select(v => v.ToString()).Prepend("Wake"));
        var aliases = string.Join(", ", Traffic.Ports.Select(p => $"{{verb: {p.Key}, port: {p.Value}}}").Append("{verb: Sleep, reversedMac: true}"));
        return $$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: plain, namespace: {{Stage.Team}} }
            spec:
              selector: {matchExpressions: [{key: {{Label}}, operator: In, values: [{{Name(Group.Plain)}}, {{Name(Group.Claimed)}}, {{Name(Group.Cloned)}}]}]}
              verbs: [{{verbs}}]
              proof: None
              sleepMode: Pause
              aliases: [{{aliases}}]
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: stopping, namespace: {{Stage.Team}} }
            spec:
              selector: {matchLabels: { {{Label}}: {{Name(Group.Stopping)}} } }
              verbs: [{{verbs}}]
              proof: None
              sleepMode: Stop
              aliases: [{{aliases}}]
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: kubewol-secureon, namespace: {{Stage.Team}} }
            stringData: {word: "{{Traffic.Password}}"}
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: secret, namespace: {{Stage.Team}} }
            spec:
              selector: {matchLabels: { {{Label}}: {{Name(Group.Secret)}} } }
              verbs: [Wake, Sleep]
              proof: SecureOn
              secureOn: {passwordKeys: [word]}
              sleepMode: Pause
              aliases: [{verb: Sleep, port: 9101}]
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakePolicy
            metadata: {name: signed, namespace: {{Stage.Team}} }
            spec:
              selector: {matchExpressions: [{key: {{Label}}, operator: In, values: [{{Name(Group.Claimed)}}, {{Name(Group.Cloned)}}]}]}
              verbs: [Destroy]
              proof: Signed
              signed: {keys: [{{commands.Key}}]}
            ---
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: claimed, namespace: {{Stage.Team}} }
            spec:
              macAddresses: {prefixes: ["{{Cast.ClaimedPrefix}}"]}
              labels: { {{Label}}: {{Name(Group.Claimed)}} }
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
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: cloned, namespace: {{Stage.Team}} }
            spec:
              macAddresses: {prefixes: ["{{Cast.ClonedPrefix}}"]}
              clone: {name: {{Golden}} }
              labels: { {{Label}}: {{Name(Group.Cloned)}} }
            """;
    }

    private static string Name(Group group) => group.ToString().ToLowerInvariant();
}
