using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Rules;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>Failures as metav1.Status.</summary>
internal static class StatusDocument
{
    public static JsonObject Of(Answer answer) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = answer.Message,
        ["reason"] = answer.Reason,
        ["details"] = Details(answer),
        ["code"] = answer.Code,
    };

    private static JsonObject Details(Answer answer) => answer switch
    {
        { Resource: { } resource, Name: { } name } => new() { ["name"] = name, ["group"] = "kubevirt.io", ["kind"] = resource },
        { Code: 500 } => new() { ["causes"] = new JsonArray(new JsonObject { ["message"] = answer.Message["Internal error occurred: ".Length..] }) },
        _ => [],
    };
}
