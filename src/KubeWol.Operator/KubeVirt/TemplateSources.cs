using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.KubeVirt;

/// <summary>
/// Reads what machines are made from. Always from the API server: not every cluster has these APIs, so they cannot be watched, and what is about to be
/// cloned is better not looked up in a cache.
/// </summary>
internal sealed class TemplateSources(ClusterClient client)
{
    private const string SnapshotGroup = "snapshot.kubevirt.io";
    private const string TemplateGroup = "template.kubevirt.io";
    private const string ProcessGroup = "subresources.template.kubevirt.io";
    private const string MachineTemplates = "virtualmachinetemplates";

    /// <summary>What is wrong with a template's source; null where nothing is, or where it has none.</summary>
    public async Task<TemplateProblem?> ProblemAsync(WakeTemplate template, CancellationToken cancellationToken)
    {
        try
        {
            return template.Spec switch
            {
                { CloneOf: not null } => (await CloneSourceAsync(template, cancellationToken).ConfigureAwait(false)).Problem,
                { VirtualMachineTemplate: not null } => await MachineTemplateProblemAsync(template, cancellationToken).ConfigureAwait(false),
                _ => null,
            };
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            return new(TemplateReason.CheckFailed, $"KubeWol may not look at what its machines are made from: {e.Message}");
        }
    }

    /// <summary>The VirtualMachine that is cloned, as it is or as it was when the snapshot was taken.</summary>
    public async Task<(JsonNode? Machine, TemplateProblem? Problem)> CloneSourceAsync(WakeTemplate template, CancellationToken cancellationToken)
    {
        var (source, ns) = (template.Spec.CloneOf!, template.Metadata.Namespace);
        var (machine, problem) = source.Kind == CloneSourceKind.VirtualMachineSnapshot
            ? await SnapshotAsync(ns, source.Name, cancellationToken).ConfigureAwait(false)
            : await GetAsync("kubevirt.io", "v1", "virtualmachines", ns, source.Name, $"the VirtualMachine {source.Name}", cancellationToken).ConfigureAwait(false);
        if (machine is null) return (null, problem);
        var names = MachineDocument.InterfaceNames(machine).ToList();
        return names.Count > 0 && (template.Spec.Interface is not { } wanted || names.Contains(wanted))
            ? (machine, null)
            : (null, new(TemplateReason.NoInterface, MachineDocument.NoInterface(template.Spec.Interface, names)));
    }

    /// <summary>
    /// Has KubeVirt fill in a VirtualMachineTemplate: what its /process subresource answers is a machine that is not created yet (kubevirt/virt-template,
    /// internal/apiserver/storage/virtualmachinetemplate). It answers 409 to a parameter it does not know, and 422 to what makes no machine.
    /// </summary>
    public async Task<(JsonElement Machine, TemplateProblem? Problem)> ProcessAsync(Instantiation wanted, CancellationToken cancellationToken)
    {
        if (await MachineTemplateProblemAsync(wanted.Template, cancellationToken).ConfigureAwait(false) is { } problem) return (default, problem);
        var version = await VersionAsync(ProcessGroup, cancellationToken).ConfigureAwait(false);
        if (version is null) return (default, NotServed(ProcessGroup));

        var source = wanted.Template.Spec.VirtualMachineTemplate!;
        var values = (source.Parameters ?? new Dictionary<string, string>()).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Placeholders.Fill(p.Value, wanted.Values)));
        var options = new JsonObject { ["apiVersion"] = $"{ProcessGroup}/{version}", ["kind"] = "ProcessOptions", ["parameters"] = new JsonObject(values) };
        var path = ApiPath.Of(ProcessGroup, version, MachineTemplates, wanted.Template.Metadata.Namespace, source.Name, "process");
        try
        {
            var answer = await client.SendAsync(HttpMethod.Post, path, System.Text.Encoding.UTF8.GetBytes(options.ToJsonString()), null, cancellationToken).ConfigureAwait(false);
            using var document = JsonDocument.Parse(answer);
            return (document.RootElement.TryGetProperty("virtualMachine", out var machine) ? machine.Clone() : default, null);
        }
        catch (ApiException e) when (e.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            return (default, new(TemplateReason.SourceNotFound, $"KubeVirt cannot process the VirtualMachineTemplate {source.Name}: {e.Message}"));
        }
    }

    private async Task<TemplateProblem?> MachineTemplateProblemAsync(WakeTemplate template, CancellationToken cancellationToken)
    {
        if (await VersionAsync(TemplateGroup, cancellationToken).ConfigureAwait(false) is not { } version) return NotServed(TemplateGroup);
        var name = template.Spec.VirtualMachineTemplate!.Name;
        return (await GetAsync(TemplateGroup, version, MachineTemplates, template.Metadata.Namespace, name, $"the VirtualMachineTemplate {name}", cancellationToken)
            .ConfigureAwait(false)).Problem;
    }

    private async Task<(JsonNode? Machine, TemplateProblem? Problem)> SnapshotAsync(string? ns, string name, CancellationToken cancellationToken)
    {
        var title = $"the VirtualMachineSnapshot {name}";
        var (snapshot, problem) = await GetAsync(SnapshotGroup, "v1beta1", "virtualmachinesnapshots", ns, name, title, cancellationToken).ConfigureAwait(false);
        if (snapshot is null) return (null, problem);
        if ((bool?)snapshot["status"]?["readyToUse"] != true || (string?)snapshot["status"]!["virtualMachineSnapshotContentName"] is not { } contentName)
        {
            return (null, new(TemplateReason.SourceNotFound, $"{title} is not ready to use"));
        }

        var (content, missing) = await GetAsync(
            SnapshotGroup, "v1beta1", "virtualmachinesnapshotcontents", ns, contentName, $"the content of {title}", cancellationToken).ConfigureAwait(false);
        return content?["spec"]?["source"]?["virtualMachine"] is { } machine
            ? (machine, null)
            : (null, missing ?? new(TemplateReason.SourceNotFound, $"{title} holds no VirtualMachine"));
    }

    private async Task<(JsonNode? Found, TemplateProblem? Problem)> GetAsync(
        string group, string version, string plural, string? ns, string name, string title, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.SendAsync(HttpMethod.Get, ApiPath.Of(group, version, plural, ns, name), null, null, cancellationToken).ConfigureAwait(false);
            return (JsonNode.Parse(answer), null);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // A bare 404 is not about the object: nobody serves the kind.
            return (null, e.Reason == "NotFound" ? new(TemplateReason.SourceNotFound, $"{title} does not exist in namespace {ns}") : NotServed($"{group}/{version}"));
        }
    }

    /// <summary>The version of an API group that the cluster prefers; null where it does not have the group. Everybody may ask for that.</summary>
    private async Task<string?> VersionAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.SendAsync(HttpMethod.Get, $"/apis/{group}", null, null, cancellationToken).ConfigureAwait(false);
            return (string?)JsonNode.Parse(answer)?["preferredVersion"]?["version"];
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Nobody serves what a template needs.</summary>
    internal static TemplateProblem NotServed(string api) => new(TemplateReason.NotServed, $"this cluster does not have the API {api}");
}
