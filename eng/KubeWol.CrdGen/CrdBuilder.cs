using System.Reflection;
using KubeWol.Api;
using KubeWol.Api.Schema;
using YamlDotNet.Serialization;

namespace KubeWol.CrdGen;

/// <summary>Turns the types marked <see cref="CustomResourceAttribute"/> into CustomResourceDefinitions.</summary>
internal static class CrdBuilder
{
    /// <summary>File name → YAML, for every custom resource of the API.</summary>
    public static IReadOnlyDictionary<string, string> All() => typeof(ApiGroup).Assembly.GetTypes()
        .Where(t => t.GetCustomAttribute<CustomResourceAttribute>() is not null)
        .ToDictionary(t => $"{ApiGroup.Name}_{t.GetCustomAttribute<CustomResourceAttribute>()!.Plural}.yaml", Yaml);

    private static string Yaml(Type type)
    {
        var resource = type.GetCustomAttribute<CustomResourceAttribute>()!;
        var crd = new Dictionary<string, object>
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new Dictionary<string, object>
            {
                ["name"] = $"{resource.Plural}.{ApiGroup.Name}",
                ["labels"] = new Dictionary<string, object> { ["app.kubernetes.io/name"] = "kubewol" },
            },
            ["spec"] = new Dictionary<string, object>
            {
                ["group"] = ApiGroup.Name,
                ["scope"] = "Namespaced",
                ["names"] = new Dictionary<string, object>
                {
                    ["kind"] = type.Name,
                    ["listKind"] = $"{type.Name}List",
                    ["plural"] = resource.Plural,
                    ["singular"] = type.Name.ToLowerInvariant(),
                    ["shortNames"] = resource.ShortNames,
                    ["categories"] = new[] { "kubewol" },
                },
                ["versions"] = new[]
                {
                    new Dictionary<string, object>
                    {
                        ["name"] = ApiGroup.V1Alpha1,
                        ["served"] = true,
                        ["storage"] = true,
                        ["subresources"] = new Dictionary<string, object> { ["status"] = new Dictionary<string, object>() },
                        ["additionalPrinterColumns"] = type.GetCustomAttributes<PrinterColumnAttribute>().Select(Column).ToList(),
                        ["schema"] = new Dictionary<string, object> { ["openAPIV3Schema"] = new SchemaBuilder(new XmlDocs(type.Assembly)).Resource(type) },
                    },
                },
            },
        };
        return "# Generated from src/KubeWol.Api by `make crds`; do not edit.\n" + new SerializerBuilder().WithIndentedSequences().WithQuotingNecessaryStrings(quoteYaml1_1Strings: true).DisableAliases().Build().Serialize(crd);
    }

    private static Dictionary<string, object> Column(PrinterColumnAttribute column)
    {
        var result = new Dictionary<string, object> { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Wide) result["priority"] = 1;
        return result;
    }
}
