using System.Text.Json.Nodes;
using KubeWol.TestCluster.Tools;
using YamlDotNet.Serialization;

namespace KubeWol.TestBed;

/// <summary>The chart as helm renders it: what a test asserts about it or runs by it is read from here, and not repeated in the test.</summary>
public sealed class RenderedChart
{
    private RenderedChart(IReadOnlyList<JsonObject> manifests) => Manifests = manifests;

    /// <summary>Where the chart is.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "chart");

    public IReadOnlyList<JsonObject> Manifests { get; }

    /// <param name="helm">Renders it.</param>
    /// <param name="values">Such as <c>admissionPolicies.requireNodeClaim=false</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RenderedChart> RenderAsync(Helm helm, IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var set = values.SelectMany(value => (string[])["--set", value]);
        return Parse(await helm.OutputAsync(["template", "kubewol", Folder, "--namespace", Installation.Namespace, .. set], cancellationToken));
    }

    public JsonObject Find(string kind, string name) => Manifests.Single(m => (string?)m["kind"] == kind && (string?)m["metadata"]!["name"] == name);

    /// <summary>All that is not of these kinds, for kubectl.</summary>
    public string Without(params IReadOnlyCollection<string> kinds) => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "List",
        ["items"] = new JsonArray([.. Manifests.Where(m => !kinds.Contains((string)m["kind"]!)).Select(m => m.DeepClone())]),
    }.ToJsonString();

    /// <summary>What helm or kustomize wrote.</summary>
    public static RenderedChart Parse(string yaml)
    {
        var reader = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();
        var writer = new SerializerBuilder().JsonCompatible().Build();
        var documents = ("\n" + yaml).Split("\n---\n").Select(document => reader.Deserialize<object?>(document)).Where(document => document is not null);
        return new([.. documents.Select(document => JsonNode.Parse(writer.Serialize(document))!.AsObject())]);
    }
}
