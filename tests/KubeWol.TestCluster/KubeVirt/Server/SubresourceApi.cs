using System.Globalization;
using System.Text.Json.Nodes;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestCluster.KubeVirt.Objects;
using KubeWol.TestCluster.KubeVirt.Rules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KubeWol.TestCluster.KubeVirt.Server;

/// <summary>virt-api: subresources.kubevirt.io/v1 behind the API server, which has already authenticated and authorized the caller.</summary>
internal sealed class SubresourceApi(StandInClient client, KubeVirtJournal journal, TimeProvider time)
{
    public const string GroupVersion = "subresources.kubevirt.io/v1";

    /// <summary>How often a write to the instance is tried again when somebody else wrote first, as virt-handler does.</summary>
    private const int Tries = 10;

    /// <summary>Everything KubeVirt v1.9 lists, also what the stand-in does not imitate (which answers 404).</summary>
    private static readonly string[] Resources =
    [
        "expand-vm-spec",
        .. Of("virtualmachineinstances", "vnc", "vnc/screenshot", "console", "portforward", "backup", "redefine-checkpoint", "pause", "unpause", "freeze"),
        .. Of("virtualmachineinstances", "unfreeze", "reset", "softreboot"),
        .. Of("virtualmachines", "start", "stop", "restart", "migrate", "expand-spec", "objectgraph", "evacuate/cancel"),
        .. Of("virtualmachineinstances", "guestosinfo", "userlist", "filesystemlist", "addvolume", "removevolume", "objectgraph"),
        .. Of("virtualmachineinstances", "sev/fetchcertchain", "sev/querylaunchmeasurement", "sev/setupsession", "sev/injectlaunchsecret", "evacuate/cancel"),
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet($"/apis/{GroupVersion}", () => Results.Json(Discovery(), KubeVirtJson.Default.JsonNode));
        MapVerb("virtualmachines/{name}/start", VirtApi.Start);
        MapVerb("virtualmachines/{name}/stop", VirtApi.Stop);
        MapVerb("virtualmachines/{name}/restart", VirtApi.Restart);
        MapVerb("virtualmachines/{name}/migrate", VirtApi.Migrate);
        MapVerb("virtualmachineinstances/{name}/pause", (machine, options) => VirtApi.Pause(machine, options, time.GetUtcNow()));
        MapVerb("virtualmachineinstances/{name}/unpause", (machine, options) => VirtApi.Unpause(machine, options, time.GetUtcNow()));
        MapVerb("virtualmachineinstances/{name}/softreboot", (machine, _) => VirtApi.SoftReboot(machine));

        void MapVerb(string path, Func<Machine, VerbOptions, Judgement> judge) =>
            routes.MapPut($"/apis/{GroupVersion}/namespaces/{{ns}}/{path}", async (string ns, string name, HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                // As virt-api does: what has begun is done, whether or not the caller waits for the answer.
                var (answer, revision) = await AnswerAsync(new(ns, name), VerbOptions.Parse(body.ToArray()), judge, CancellationToken.None);
                if (answer.Code is 200 or 202) journal.Add(new(time.GetUtcNow(), context.Request.Headers["X-Remote-User"].ToString(), path[(path.LastIndexOf('/') + 1)..], ns, name, revision));
                context.Response.StatusCode = answer.Code;
                if (answer.Message.Length == 0) return;
                await context.Response.WriteAsJsonAsync(StatusDocument.Of(answer), KubeVirtJson.Default.JsonNode, cancellationToken: context.RequestAborted);
            });
    }

    /// <summary>Reads the machine live, not from a cache: two verbs at once then race as they do with KubeVirt.</summary>
    private async Task<(Answer Answer, long? Revision)> AnswerAsync(
        ResourceKey key, VerbOptions options, Func<Machine, VerbOptions, Judgement> judge, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var machine = new Machine(key.Namespace!, key.Name)
            {
                Vm = await client.GetAsync(KubeVirtTypes.Vm, key, cancellationToken),
                Vmi = await client.GetAsync(KubeVirtTypes.Vmi, key, cancellationToken),
            };
            var judgement = judge(machine, options);
            try
            {
                return (judgement.Answer, await WriteAsync(key, machine, judgement.After, options.IsDryRun, cancellationToken));
            }
            catch (ApiException e) when (e.IsConflict && tries < Tries)
            {
                // Only writes of virt-handler's kind conflict, and virt-handler tries again; virt-api's own are JSON patches, which fail otherwise.
            }
            catch (ApiException e)
            {
                return (Answer.InternalError(e.Message), null);
            }
        }
    }

    /// <summary>Returns the store's revision of the last write; null where there was none.</summary>
    private async Task<long?> WriteAsync(ResourceKey key, Machine before, Machine after, bool dryRun, CancellationToken cancellationToken)
    {
        ObjectMeta? written = null;
        if (before.Vmi is { } vmi && after.Vmi is { } nextVmi)
        {
            var (old, grace) = (vmi.Spec.TerminationGracePeriodSeconds, nextVmi.Spec.TerminationGracePeriodSeconds);
            var hurry = TestAndReplace("/spec/terminationGracePeriodSeconds", old, grace);
            if (old != grace) written = (await client.PatchAsync(KubeVirtTypes.Vmi, key, hurry, null, dryRun, cancellationToken)).Metadata;

            var patch = new JsonObject();
            Difference.Add(patch, "status", vmi.Status, nextVmi.Status, KubeVirtJson.Default.VirtualMachineInstanceStatus);
            if (patch.Count > 0 && !dryRun) written = (await client.PatchAsync(KubeVirtTypes.Vmi, vmi, patch, null, cancellationToken)).Metadata;
        }

        if (before.Vm is { } vm && after.Vm is { } nextVm)
        {
            if (vm.RunStrategy != nextVm.RunStrategy)
            {
                var patch = vm.Spec.RunStrategy is null
                    ? TestAndReplace("/spec/running", vm.Spec.Running, nextVm.Spec.Running)
                    : TestAndReplace("/spec/runStrategy", vm.Spec.RunStrategy, nextVm.Spec.RunStrategy);
                written = (await client.PatchAsync(KubeVirtTypes.Vm, key, patch, null, dryRun, cancellationToken)).Metadata;
            }

            if (!ReferenceEquals(vm.Status.StateChangeRequests, nextVm.Status.StateChangeRequests))
            {
                var patch = RequestPatch(vm.Status, nextVm.Status.StateChangeRequests!);
                written = (await client.PatchAsync(KubeVirtTypes.Vm, key, patch, "status", dryRun, cancellationToken)).Metadata;
            }
        }

        if (after.Migrations is [var migration]) written = (await client.CreateAsync(KubeVirtTypes.Migration, migration, dryRun, cancellationToken)).Metadata;
        // A stop that is pending already is replaced by itself: the API server accepts that and stores nothing.
        if (dryRun || written?.ResourceVersion is not { } version || version == before.Vm?.Metadata.ResourceVersion) return null;
        return long.Parse(version, CultureInfo.InvariantCulture);
    }

    private static JsonArray TestAndReplace(string path, JsonNode? old, JsonNode? now) =>
        [Operation("test", path, old), Operation("replace", path, now)];

    /// <summary>
    /// As <c>getChangeRequestJson</c> of virt-api builds it: where there is no status yet one is added, untested; otherwise the pending
    /// requests must still be those that were read.
    /// </summary>
    private static JsonArray RequestPatch(VirtualMachineStatus status, IReadOnlyList<StateChangeRequest> requests)
    {
        const string Path = "/status/stateChangeRequests";
        var wanted = Json(requests);
        if (status == new VirtualMachineStatus()) return [Operation("add", "/status", new JsonObject { ["stateChangeRequests"] = wanted })];
        var pending = status.StateChangeRequests;
        JsonArray patch = [Operation("test", Path, Json(pending)), Operation(pending is null ? "add" : "replace", Path, wanted)];
        if (status.StartFailure is not null) patch.Add(new JsonObject { ["op"] = "remove", ["path"] = "/status/startFailure" });
        return patch;
    }

    private static JsonNode? Json(IReadOnlyList<StateChangeRequest>? requests) =>
        requests is null ? null : System.Text.Json.JsonSerializer.SerializeToNode(requests, KubeVirtJson.Default.IReadOnlyListStateChangeRequest);

    private static IEnumerable<string> Of(string plural, params IEnumerable<string> subresources) => subresources.Select(s => $"{plural}/{s}");

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };

    private static JsonObject Discovery() => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = GroupVersion,
        ["resources"] = new JsonArray([.. Resources.Select(name => (JsonNode)new JsonObject
        {
            ["name"] = name,
            ["singularName"] = "",
            ["namespaced"] = true,
            ["kind"] = "",
            ["verbs"] = new JsonArray("get", "update"),
        })]),
    };
}
