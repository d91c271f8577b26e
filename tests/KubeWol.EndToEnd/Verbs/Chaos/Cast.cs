using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster.KubeVirt;

namespace KubeWol.EndToEnd.Verbs.Chaos;

/// <summary>The machines of a chaos run, and the addresses for which templates may make more.</summary>
internal sealed class Cast
{
    /// <summary>A template that clones, for the addresses that begin like this.</summary>
    private const string ClonedPrefix = "52:54:00:e4";

    private Cast(Bed bed)
    {
        Machines =
        [
            With("halted", "Halted"),
            With("start-as-manual", "Halted", ("kubewol.io/start-as", "Manual")),
            With("always", "Always"),
            With("manual", "Manual"),
            With("rerun", "RerunOnFailure"),
            With("once", "Once"),
            With("slow-to-boot", "Halted", (StandInAnnotations.BootSeconds, "2")),
            With("slow-to-stop", "Always", (StandInAnnotations.ShutdownSeconds, "3")),
            With("slow-to-move", "Manual", (StandInAnnotations.MigrationSeconds, "3")),
            With("slow-once", "Once", (StandInAnnotations.BootSeconds, "1"), (StandInAnnotations.ShutdownSeconds, "1")),
            With("dynamic", "Always") with { Mac = null },
            With("dynamic-manual", "Manual") with { Mac = null },
        ];
        Claimed = [Bed.NextClaimedAddress().ToString(), Bed.NextClaimedAddress().ToString(), $"{ClonedPrefix}:00:01"];

        MachineManifest With(string name, string strategy, params (string Name, string Value)[] annotations) =>
            bed.Machine(name) with { RunStrategy = strategy, GracePeriodSeconds = 30, Annotations = annotations.ToDictionary(a => a.Name, a => a.Value) };
    }

    public IReadOnlyList<MachineManifest> Machines { get; }

    /// <summary>Addresses that a template claims; there may be a machine for each, or none.</summary>
    public IReadOnlyList<string> Claimed { get; }

    public static async Task<Cast> CreateAsync(Bed bed)
    {
        var cast = new Cast(bed);
        var golden = bed.Machine("golden") with { RunStrategy = "Manual" };
        await Task.WhenAll([.. cast.Machines.Select(m => bed.CreateMachineAsync(m, m.RunStrategy is "Halted" or "Manual" ? "Stopped" : "Running")), bed.CreateMachineAsync(golden, "Stopped")]);
        await bed.Cluster.Kubectl.ApplyAsync($$"""
            apiVersion: kubewol.io/v1alpha1
            kind: WakeTemplate
            metadata: {name: cloned, namespace: {{bed.Namespace}} }
            spec:
              macAddresses: {prefixes: ["{{ClonedPrefix}}"]}
              clone: {name: golden}
              labels: { {{Bed.Destroyable}}: "yes" }
            """, TestContext.Current.CancellationToken);
        return cast;
    }

    /// <summary>The strategy a machine of this name has once it was woken.</summary>
    public string StrategyOf(string name) => Machines.FirstOrDefault(m => m.Name == name) switch
    {
        null when name.StartsWith("cloned", StringComparison.Ordinal) => "Always", // KubeVirt's clones are Halted, whatever their source is
        null => "Manual", // as the template says
        { Name: "start-as-manual" } => "Manual",
        { RunStrategy: "Halted" } => "Always",
        { } machine => machine.RunStrategy,
    };

    public static string Backwards(string mac) => MacAddress.Parse(mac).Reversed.ToString();
}
