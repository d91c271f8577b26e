using KubeWol.TestBed;

namespace KubeWol.Demo;

/// <summary>The machines of the demo.</summary>
internal static class Cast
{
    public static MachineManifest Web { get; } = new(Stage.Team, "web-01") { Mac = "52:54:00:00:00:01" };

    public static MachineManifest Database { get; } = new(Stage.Team, "db-01") { Mac = "52:54:00:00:00:02", RunStrategy = "Manual" };

    public static MachineManifest Backup { get; } = new(Stage.Team, "backup-01") { Mac = "52-54-00-00-00-03" };

    public static MachineManifest Desktop { get; } = new(Stage.Team, "desktop-01") { Mac = "52:54:00:00:00:04", RunStrategy = "Always", Labels = new Dictionary<string, string> { ["role"] = "desktop" } };

    public static MachineManifest Vault { get; } = new(Stage.Team, "vault-01") { Mac = "52:54:00:00:00:06", Labels = new Dictionary<string, string> { ["role"] = "vault" } };

    /// <summary>What vault-01 is woken with.</summary>
    public const string Password = "c0:ff:ee:c0:ff:ee";

    public static MachineManifest Twin { get; } = new(Stage.Team, "twin-01") { Mac = "52:54:00:00:00:05" };

    public static MachineManifest OtherTwin { get; } = new(Stage.Team, "twin-02") { Mac = "52:54:00:00:00:05" };

    /// <summary>An address that no machine has, but <see cref="Template"/> claims.</summary>
    public const string Kiosk = "52:54:00:cc:00:01";

    /// <summary>Makes a machine for each address of a prefix that is called.</summary>
    public const string Template = $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakeTemplate
        metadata: {name: kiosk, namespace: {{Stage.Team}}}
        spec:
          macAddresses: {prefixes: ["52:54:00:cc"]}
          virtualMachine:
            spec:
              runStrategy: Always
              template:
                spec:
                  domain:
                    memory: {guest: 64Mi}
                    devices: {interfaces: [{name: default, masquerade: {} }]}
                  networks: [{name: default, pod: {} }]
        """;

    /// <summary>Desktops sleep and move by plain packets; the vault wakes by a password and is deleted by a signed command. All others can be woken, by default.</summary>
    /// <param name="publicKey">Whose commands count, in PEM.</param>
    public static string Policies(string publicKey) => $$"""
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: desktops, namespace: {{Stage.Team}} }
        spec:
          selector: {matchLabels: {role: desktop} }
          verbs: [Wake, Sleep, Move]
          proof: None
          aliases: [{verb: Sleep, reversedMac: true}, {verb: Move, port: {{Stage.MovePort}}}]
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: kubewol-secureon, namespace: {{Stage.Team}} }
        stringData: {office: "{{Password}}"}
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: vaults, namespace: {{Stage.Team}} }
        spec:
          selector: {matchLabels: {role: vault} }
          verbs: [Wake]
          proof: SecureOn
          secureOn: {passwordKeys: [office]}
        ---
        apiVersion: kubewol.io/v1alpha1
        kind: WakePolicy
        metadata: {name: operators, namespace: {{Stage.Team}} }
        spec:
          selector: {matchLabels: {role: vault} }
          verbs: [Destroy]
          proof: Signed
          signed: {keys: [{id: ops, publicKey: {{System.Text.Json.JsonSerializer.Serialize(publicKey)}}}]}
        """;

    public static IReadOnlyList<MachineManifest> All { get; } = [Web, Database, Backup, Desktop, Twin, OtherTwin, Vault];
}
