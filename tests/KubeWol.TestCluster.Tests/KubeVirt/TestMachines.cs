using System.Text.Json.Nodes;

namespace KubeWol.TestCluster.Tests.KubeVirt;

/// <summary>Machines for tests, made from settings such as <c>runStrategy=Halted mac=02:00:00:00:00:01 boot-seconds=5</c>.</summary>
internal static class TestMachines
{
    public static JsonObject Vm(string name, params IEnumerable<string> settings)
    {
        var values = Values(settings);
        var spec = new JsonObject { ["template"] = new JsonObject { ["spec"] = InstanceSpec(values) } };
        if (values.Remove("runStrategy", out var strategy)) spec["runStrategy"] = strategy;
        if (values.Remove("running", out var running)) spec["running"] = bool.Parse(running);
        return Resource("VirtualMachine", name, spec, values);
    }

    public static JsonObject Vmi(string name, params IEnumerable<string> settings)
    {
        var values = Values(settings);
        return Resource("VirtualMachineInstance", name, InstanceSpec(values), values);
    }

    public static JsonObject Migration(string name, string vmi, params IEnumerable<string> selector)
    {
        var spec = new JsonObject { ["vmiName"] = vmi };
        var values = Values(selector);
        if (values.Count > 0) spec["addedNodeSelector"] = new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));
        return Resource("VirtualMachineInstanceMigration", name, spec, []);
    }

    /// <summary>The stand-in's annotations of these short names.</summary>
    public static JsonObject Annotations(params IEnumerable<string> settings) =>
        new(Values(settings).Select(v => KeyValuePair.Create("standin.kubewol.io/" + v.Key, (JsonNode?)v.Value)));

    private static Dictionary<string, string> Values(IEnumerable<string> settings) => settings.Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1]);

    private static JsonObject InstanceSpec(Dictionary<string, string> values)
    {
        var nic = new JsonObject { ["name"] = "default", [values.Remove("binding", out var binding) ? binding : "masquerade"] = new JsonObject() };
        if (values.Remove("mac", out var mac)) nic["macAddress"] = mac;
        return new()
        {
            ["domain"] = new JsonObject { ["devices"] = new JsonObject { ["interfaces"] = new JsonArray(nic) } },
            ["networks"] = new JsonArray(new JsonObject { ["name"] = "default", ["pod"] = new JsonObject() }),
            ["terminationGracePeriodSeconds"] = 30,
        };
    }

    private static JsonObject Resource(string kind, string name, JsonObject spec, Dictionary<string, string> annotations) => new()
    {
        ["apiVersion"] = "kubevirt.io/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default", ["annotations"] = Annotations(annotations.Select(a => $"{a.Key}={a.Value}")) },
        ["spec"] = spec,
    };
}
