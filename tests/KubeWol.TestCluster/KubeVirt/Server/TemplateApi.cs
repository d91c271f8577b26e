using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.TestCluster.KubeVirt.Rules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>virt-template's API server, as far as /process: fills in a VirtualMachineTemplate and creates nothing.</summary>
internal sealed class TemplateApi(StandInClient client)
{
    public const string GroupVersion = "subresources.template.kubevirt.io/v1alpha1";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/apis/{GroupVersion}", () => Results.Json(Discovery(), KubeVirtJson.Default.JsonNode));
        routes.MapPost($"/apis/{GroupVersion}/namespaces/{{ns}}/virtualmachinetemplates/{{name}}/process", async (string ns, string name, HttpContext context) =>
        {
            var options = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var path = ApiPath.Of("template.kubevirt.io", "v1alpha1", "virtualmachinetemplates", ns, name);
            var template = JsonNode.Parse(await client.SendAsync(HttpMethod.Get, path, context.RequestAborted))!;
            var answer = Process(template, options?["parameters"] as JsonObject ?? [], out var refusal);
            context.Response.StatusCode = refusal?.Code ?? 200;
            await context.Response.WriteAsJsonAsync(answer ?? StatusDocument.Of(refusal!), KubeVirtJson.Default.JsonNode, cancellationToken: context.RequestAborted);
        });
    }

    private static JsonObject? Process(JsonNode template, JsonObject given, out Answer? refusal)
    {
        var declared = template["spec"]!["parameters"]?.AsArray().Select(p => p!).ToList() ?? [];
        var unknown = given.Select(p => p.Key).FirstOrDefault(name => !declared.Any(d => (string?)d["name"] == name));
        var values = declared.ToDictionary(d => (string)d["name"]!, d => (string?)given[(string)d["name"]!] ?? (string?)d["value"]);
        var missing = declared.FirstOrDefault(d => (bool?)d["required"] == true && values[(string)d["name"]!] is null);
        refusal = (unknown, missing) switch
        {
            (not null, _) => new(409, "Conflict", $"parameter {unknown} not found in template"),
            (_, not null) => new(422, "Invalid", $"parameters: Required value: {missing["name"]}"),
            _ => null,
        };
        if (refusal is not null) return null;

        var text = template["spec"]!["virtualMachine"]!.ToJsonString();
        foreach (var (name, value) in values) text = text.Replace($"${{{name}}}", System.Text.Json.JsonEncodedText.Encode(value ?? "").ToString(), StringComparison.Ordinal);
        return new() { ["apiVersion"] = GroupVersion, ["kind"] = "ProcessedVirtualMachineTemplate", ["virtualMachine"] = JsonNode.Parse(text) };
    }

    private static JsonObject Discovery() => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = GroupVersion,
        ["resources"] = new JsonArray(new JsonObject
        {
            ["name"] = "virtualmachinetemplates/process",
            ["singularName"] = "",
            ["namespaced"] = true,
            ["kind"] = "ProcessOptions",
            ["verbs"] = new JsonArray("create"),
        }),
    };
}
