using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>migration-create-validator and migration-update-validator.</summary>
internal static class MigrationAdmission
{
    /// <summary>Judges a new migration, given the instance it names and that instance's other migrations.</summary>
    public static Verdict JudgeCreate(Migration migration, VirtualMachineInstance? vmi, IEnumerable<Migration> others)
    {
        var spec = migration.Spec;
        if (spec.SendTo is not null || spec.Receive is not null)
        {
            return Verdict.NotSupported("DecentralizedLiveMigration feature gate is not enabled in kubevirt resource");
        }

        if (string.IsNullOrEmpty(spec.VmiName)) return Verdict.Of(new Cause(Cause.Required, "vmiName is missing", "spec.vmiName"));
        if (spec.Priority is not null)
        {
            return Verdict.NotSupported("Migration priority queue, only virt-controller is allowed to set priority field", "spec.migrationPriority");
        }

        if (vmi is null) return Verdict.Refuse($"the VMI \"{migration.Metadata.Namespace}/{spec.VmiName}\" does not exist");
        if (vmi.IsFinal) return Verdict.Refuse("Cannot migrate VMI in finalized state.");
        if (vmi.Status.Conditions.Get(Condition.LiveMigratable) is { IsFalse: true } not)
        {
            return Verdict.Refuse($"Cannot migrate VMI, Reason: {not.Reason}, Message: {not.Message}");
        }

        if (others.FirstOrDefault(m => !m.IsFinal) is not { } active) return Verdict.Allowed;
        return Verdict.Refuse(
            $"in-flight migration detected. Active migration job ({active.Metadata.Uid}) is currently already in progress for VMI {spec.VmiName}.");
    }

    public static Verdict JudgeUpdate(JsonObject migration, JsonObject before) =>
        JsonNode.DeepEquals(migration["spec"], before["spec"]) ? Verdict.Allowed : Verdict.NotSupported("update of Migration object's spec is restricted");

    /// <summary>How the API server words the create-validator's refusal; virt-api's migrate verb passes it on inside a 500.</summary>
    public static string Denied(Verdict verdict) => $"admission webhook \"{CreateWebhook}\" denied the request: {verdict.Message}";

    public const string CreateWebhook = "migration-create-validator.kubevirt.io";
}
