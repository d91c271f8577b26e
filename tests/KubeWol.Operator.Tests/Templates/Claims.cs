using System.Text.Json;
using KubeWol.Api.V1Alpha1;
using KubeWol.Operator.Tests.World;

namespace KubeWol.Operator.Tests.Templates;

/// <summary>Templates for tests.</summary>
internal static class Claims
{
    public const string Spec = """
        {"runStrategy":"Halted","template":{"spec":{"domain":{"devices":{"interfaces":[{"name":"lan","bridge":{}},{"name":"san","bridge":{}}]}}}}}
        """;

    /// <summary>A template that claims 52:54:00:… and makes a small machine.</summary>
    public static WakeTemplate Template(
        string key = "team-a/small", string spec = Spec, string prefix = "52:54:00", string? name = null, params IReadOnlyList<TemplateParameter> parameters) => new()
    {
        Metadata = new() { Namespace = key.Split('/')[0], Name = key.Split('/')[1], Uid = $"uid-of-{key}", ResourceVersion = Some.NextVersion(), Generation = 1 },
        Spec = new()
        {
            MacAddresses = new() { Prefixes = [prefix] },
            VirtualMachine = new() { Spec = Json(spec) },
            NameTemplate = name,
            Parameters = parameters,
        },
    };

    public static JsonElement Json(string text) => JsonElement.Parse(text);
}
