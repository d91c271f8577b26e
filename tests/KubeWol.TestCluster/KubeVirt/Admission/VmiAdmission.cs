using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Admission;

/// <summary>virtualmachineinstances-create-validator and -update-validator: what users may write to an instance.</summary>
internal static class VmiAdmission
{
    public static Verdict JudgeCreate(JsonObject vmi)
    {
        if (NodeName(vmi) is not null)
        {
            return Verdict.NotSupported("creation of the following reserved kubevirt.io/ labels on a VMI object is prohibited", "metadata.labels");
        }

        return Verdict.Of(SpecAdmission.Judge(vmi["spec"], "spec").Concat(VmAdmission.StandInCauses(vmi)));
    }

    /// <summary>Status and annotations may be changed by anybody who may write the object: it has no status subresource.</summary>
    public static Verdict JudgeUpdate(JsonObject vmi, JsonObject before)
    {
        if (!JsonNode.DeepEquals(vmi["spec"], before["spec"])) return Verdict.NotSupported("update of VMI object is restricted");
        return NodeName(vmi) == NodeName(before)
            ? Verdict.Of(VmAdmission.StandInCauses(vmi))
            : Verdict.NotSupported("modification of the following reserved kubevirt.io/ labels on a VMI object is prohibited");
    }

    private static string? NodeName(JsonObject vmi) => (string?)vmi["metadata"]?["labels"]?[VirtualMachineInstance.NodeNameLabel];
}
