using System.Text.Json.Nodes;
using KubeWol.TestCluster.KubeVirt.Objects;

namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The machine that a clone makes: a restore of a snapshot under another name (pkg/virt-controller/watch/clone, pkg/storage/snapshot/restore.go).</summary>
internal static class CloneRules
{
    /// <summary>By which the restore knows its machine again; it is there before the patches are applied.</summary>
    private const string LastRestore = "restore.kubevirt.io/lastRestoreUID";

    public static JsonObject Target(JsonObject source, VirtualMachineClone clone)
    {
        var target = new JsonObject
        {
            ["apiVersion"] = "kubevirt.io/v1",
            ["kind"] = VirtualMachine.Kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = clone.Spec.Target!.Name,
                ["namespace"] = clone.Metadata.Namespace,
                ["annotations"] = source["metadata"]?["annotations"]?.DeepClone() ?? new JsonObject(),
            },
            ["spec"] = source["spec"]!.DeepClone(),
        };
        if (source["metadata"]?["labels"] is { } labels) target["metadata"]!["labels"] = labels.DeepClone();
        target["metadata"]!["annotations"]![LastRestore] = $"tmp-restore-{clone.Metadata.Uid}";
        if (target["spec"]!["running"] is not null) target["spec"]!["running"] = false;
        else target["spec"]!["runStrategy"] = RunStrategy.Halted;

        // An interface that newMacAddresses does not name loses its address.
        foreach (var nic in (target["spec"]!["template"]?["spec"]?["domain"]?["devices"]?["interfaces"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (clone.Spec.NewMacAddresses?.GetValueOrDefault((string)nic["name"]!) is { } address) nic["macAddress"] = address;
            else nic.Remove("macAddress");
        }

        foreach (var patch in clone.Spec.Patches ?? []) Apply(target, JsonNode.Parse(patch)!.AsObject());
        return target;
    }

    /// <summary>RFC 6902, as far as members of objects go.</summary>
    private static void Apply(JsonObject document, JsonObject operation)
    {
        var steps = ((string)operation["path"]!).Split('/')[1..].Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        var parent = steps.SkipLast(1).Aggregate(document, (at, step) => at[step]?.AsObject() ?? throw new InvalidOperationException($"there is no {operation["path"]}"));
        switch ((string?)operation["op"])
        {
            case "add" or "replace": parent[steps[^1]] = operation["value"]?.DeepClone(); break;
            case "remove": parent.Remove(steps[^1]); break;
            default: throw new InvalidOperationException($"the stand-in does not know the operation {operation["op"]}");
        }
    }
}
