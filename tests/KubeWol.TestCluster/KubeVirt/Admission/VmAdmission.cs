using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>virtualmachine-validator: what may be written to a VirtualMachine.</summary>
internal static class VmAdmission
{
    public static Verdict Judge(JsonObject vm, bool decentralizedLiveMigration)
    {
        var template = vm["spec"]?["template"]?["spec"];
        var verdict = Verdict.Of([.. SpecAdmission.Judge(template, "spec.template.spec"), .. RunStrategyCauses(vm, decentralizedLiveMigration), .. StandInCauses(vm)]);
        return verdict.IsAllowed && vm["spec"]?["running"] is not null
            ? verdict with { Warnings = ["spec.running is deprecated, please use spec.runStrategy instead."] }
            : verdict;
    }

    /// <summary>The stand-in's own: an annotation with a typing error would otherwise do nothing.</summary>
    public static IEnumerable<Cause> StandInCauses(JsonObject resource)
    {
        var annotations = (resource["metadata"]?["annotations"] as JsonObject)?.ToDictionary(a => a.Key, a => (string?)a.Value ?? "");
        return StandInAnnotations.Problems(annotations).Select(problem => new Cause(Cause.Invalid, problem, "metadata.annotations"));
    }

    private static Cause[] RunStrategyCauses(JsonObject vm, bool decentralizedLiveMigration)
    {
        var running = vm["spec"]?["running"] is not null;
        var strategy = (string?)vm["spec"]?["runStrategy"];
        return (running, strategy) switch
        {
            (true, not null) => Invalid("spec.running", "Running and RunStrategy are mutually exclusive. Note that Running is deprecated, please use RunStrategy instead"),
            (true, null) => [],
            (false, null) => [new(Cause.Required, "RunStrategy must be specified", "spec.running")],
            (_, RunStrategy.WaitAsReceiver) when decentralizedLiveMigration => [],
            (_, RunStrategy.WaitAsReceiver) =>
                Invalid("spec.runStrategy", "Invalid RunStrategy (WaitAsReceiver), DecentralizedLiveMigration feature gate is not enabled in kubevirt resource"),
            (_, RunStrategy.Always or RunStrategy.Halted or RunStrategy.Manual or RunStrategy.Once or RunStrategy.RerunOnFailure) => [],
            _ => Invalid("spec.runStrategy", $"Invalid RunStrategy ({strategy})"),
        };

        static Cause[] Invalid(string field, string message) => [new(Cause.Invalid, message, field)];
    }
}
