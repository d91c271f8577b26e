using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.KubeVirt.Admission;
using KubeWol.TestCluster.KubeVirt.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>The webhooks, under the names KubeVirt's have.</summary>
internal sealed class AdmissionApi(ClusterClient client, bool decentralizedLiveMigration)
{
    private const string MigrationMutator = "migrations-mutator.kubevirt.io";

    /// <summary>A webhook: its name, the resource and the operation it is asked about, and whether the stand-in's own writes pass it too.</summary>
    private static readonly (string Name, string Plural, string[] Operations, bool AlsoOwn)[] Validators =
    [
        ("virtualmachine-validator.kubevirt.io", KubeVirtTypes.Vm.Plural, ["CREATE", "UPDATE"], false),
        ("virtualmachineinstances-create-validator.kubevirt.io", KubeVirtTypes.Vmi.Plural, ["CREATE"], false),
        ("virtualmachineinstances-update-validator.kubevirt.io", KubeVirtTypes.Vmi.Plural, ["UPDATE"], false),
        (MigrationAdmission.CreateWebhook, KubeVirtTypes.Migration.Plural, ["CREATE"], true),
        ("migration-update-validator.kubevirt.io", KubeVirtTypes.Migration.Plural, ["UPDATE"], false),
    ];

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/admission/{webhook}", async (string webhook, HttpContext context) =>
    {
        var review = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsObject();
        var request = review["request"]!.AsObject();
        var response = webhook == MigrationMutator ? Mutate(request) : Respond(await JudgeAsync(webhook, request, context.RequestAborted));
        response["uid"] = (string?)request["uid"];
        var answer = new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response };
        await context.Response.WriteAsJsonAsync(answer, KubeVirtJson.Default.JsonNode, cancellationToken: context.RequestAborted);
    });

    /// <summary>The configurations that lead an API server here.</summary>
    public static IEnumerable<JsonObject> Configurations(Uri address, string authorityPem)
    {
        var mutator = Webhook(address, authorityPem, MigrationMutator, KubeVirtTypes.Migration.Plural, ["CREATE"], true);
        yield return Configuration("MutatingWebhookConfiguration", [mutator]);
        var validators = Validators.Select(v => Webhook(address, authorityPem, v.Name, v.Plural, v.Operations, v.AlsoOwn));
        yield return Configuration("ValidatingWebhookConfiguration", validators);
    }

    private async Task<Verdict> JudgeAsync(string webhook, JsonObject request, CancellationToken cancellationToken)
    {
        var (resource, before) = (request["object"]!.AsObject(), request["oldObject"] as JsonObject);
        return ((string?)request["resource"]!["resource"], before) switch
        {
            // What is on its way out is not judged any more: its finalizers must come off.
            ("virtualmachines", not null) when resource["metadata"]?["deletionTimestamp"] is not null => Verdict.Allowed,
            ("virtualmachines", _) => VmAdmission.Judge(resource, decentralizedLiveMigration),
            ("virtualmachineinstances", null) => VmiAdmission.JudgeCreate(resource),
            ("virtualmachineinstances", not null) => VmiAdmission.JudgeUpdate(resource, before),
            ("virtualmachineinstancemigrations", null) => await JudgeMigrationAsync(resource, cancellationToken),
            ("virtualmachineinstancemigrations", not null) => MigrationAdmission.JudgeUpdate(resource, before),
            _ => throw new InvalidOperationException($"{webhook} was asked about {request["resource"]}"),
        };
    }

    private async Task<Verdict> JudgeMigrationAsync(JsonObject resource, CancellationToken cancellationToken)
    {
        var migration = resource.Deserialize(KubeVirtJson.Default.Migration)!;
        if (migration.Spec.VmiName is not { Length: > 0 } name) return MigrationAdmission.JudgeCreate(migration, null, []);
        var key = new ResourceKey(migration.Metadata.Namespace, name);
        var siblings = $"{KubeVirtTypes.Migration.Path(key.Namespace)}?labelSelector={Uri.EscapeDataString($"{Migration.VmiNameLabel}={name}")}";
        var list = JsonNode.Parse(await client.SendAsync(HttpMethod.Get, siblings, null, null, cancellationToken))!;
        var others = list["items"]!.AsArray().Select(i => i.Deserialize(KubeVirtJson.Default.Migration)!);
        return MigrationAdmission.JudgeCreate(migration, await client.GetAsync(KubeVirtTypes.Vmi, key, cancellationToken), others);
    }

    private static JsonObject Respond(Verdict verdict)
    {
        var warnings = new JsonArray([.. verdict.Warnings.Select(w => (JsonNode)w)]);
        if (verdict.IsAllowed) return new() { ["allowed"] = true, ["warnings"] = warnings };
        var causes = verdict.Causes.Select(JsonNode (c) => new JsonObject { ["reason"] = c.Type, ["message"] = c.Message, ["field"] = c.Field });
        return new()
        {
            ["allowed"] = false,
            ["status"] = new JsonObject
            {
                ["message"] = verdict.Message,
                ["reason"] = verdict.Reason,
                ["code"] = verdict.Code,
                ["details"] = new JsonObject { ["causes"] = new JsonArray([.. causes]) },
            },
        };
    }

    /// <summary>A new migration gets the label its siblings are found by, and the finalizer that makes deleting it an abort.</summary>
    private static JsonObject Mutate(JsonObject request)
    {
        var metadata = request["object"]!["metadata"]!.AsObject();
        var labels = metadata["labels"]?.DeepClone().AsObject() ?? [];
        if ((string?)request["object"]!["spec"]?["vmiName"] is { Length: > 0 } name) labels[Migration.VmiNameLabel] = name;
        var finalizers = metadata["finalizers"]?.DeepClone().AsArray() ?? [];
        finalizers.Add(Migration.Finalizer);
        var patch = new JsonArray(
            new JsonObject { ["op"] = "add", ["path"] = "/metadata/labels", ["value"] = labels },
            new JsonObject { ["op"] = "add", ["path"] = "/metadata/finalizers", ["value"] = finalizers });
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(patch.ToJsonString()));
        return new() { ["allowed"] = true, ["patchType"] = "JSONPatch", ["patch"] = encoded };
    }

    private static JsonObject Configuration(string kind, IEnumerable<JsonObject> webhooks) => new()
    {
        ["apiVersion"] = "admissionregistration.k8s.io/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = StandInClient.FieldManager },
        ["webhooks"] = new JsonArray([.. webhooks]),
    };

    private static JsonObject Webhook(Uri address, string authorityPem, string name, string plural, string[] operations, bool alsoOwn)
    {
        var webhook = new JsonObject
        {
            ["name"] = name,
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["sideEffects"] = "None",
            ["clientConfig"] = new JsonObject
            {
                ["url"] = new Uri(address, $"/admission/{name}").AbsoluteUri,
                ["caBundle"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem)),
            },
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = new JsonArray("kubevirt.io"),
                ["apiVersions"] = new JsonArray("v1"),
                ["resources"] = new JsonArray(plural),
                ["operations"] = new JsonArray([.. operations.Select(o => (JsonNode)o)]),
            }),
        };
        if (!alsoOwn)
        {
            webhook["matchConditions"] = new JsonArray(new JsonObject
            {
                ["name"] = "not-the-stand-in-itself",
                ["expression"] = $"!has(request.options.fieldManager) || request.options.fieldManager != '{StandInClient.FieldManager}'",
            });
        }

        return webhook;
    }
}
