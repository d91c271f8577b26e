using System.Text.Json;
using KubeWol.Api.KubeVirt;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.KubeVirt;

namespace KubeWol.Operator.Templates;

/// <summary>Says of each template whether it can be used, who else claims its addresses, and which machines were made from it.</summary>
internal sealed class TemplateReconciler(
    IResourceCache<WakeTemplate> templates, IResourceCache<VirtualMachine> machines, TemplateSources sources, ClusterClient client, TimeProvider time) : IReconciler
{
    /// <summary>How often a source is looked at that nobody watches.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private static readonly ResourceIndex<WakeTemplate, ResourceKey> BySource =
        new(t => t.Spec.CloneOf is { Kind: null or CloneSourceKind.VirtualMachine } source ? [new(t.Metadata.Namespace, source.Name)] : []);

    /// <summary>The templates that look again when a machine changes: the one it was made from, and those that clone it.</summary>
    public static IEnumerable<ResourceKey> For(IResourceCache<WakeTemplate> templates, VirtualMachine machine) =>
        templates.FindBy(BySource, ResourceKey.Of(machine)).Select(t => ResourceKey.Of(t))
            .Concat(InstanceMarks.TemplateOf(machine) is { } template ? [template] : []);

    /// <summary>The other templates that claim addresses of this one.</summary>
    public static IEnumerable<WakeTemplate> Overlapping(IResourceCache<WakeTemplate> templates, WakeTemplate template) =>
        templates.All.Where(other => ResourceKey.Of(other) != ResourceKey.Of(template) && TemplateClaims.Overlap(template, other));

    public async Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken)
    {
        if (templates.Find(key) is not { Metadata.DeletionTimestamp: null } template) return Requeue.Never;
        var problem = TemplateCheck.Problem(template) ?? await sources.ProblemAsync(template, cancellationToken).ConfigureAwait(false);
        var status = TemplateStatus.After(
            template, problem, [.. Overlapping(templates, template)], machines.FindBy(InstanceMarks.ByTemplate, key), time.GetUtcNow());
        if (Text(status) != Text(template.Status))
        {
            var patch = new WakeTemplateStatusPatch(new(template.Metadata.ResourceVersion), status);
            templates.Observe(await client.PatchAsync(WakeTemplate.Type, key,
                JsonSerializer.SerializeToUtf8Bytes(patch, OperatorJson.Default.WakeTemplateStatusPatch), "status", cancellationToken).ConfigureAwait(false));
        }

        return template.Spec.VirtualMachine is null ? Requeue.After(LookAgain) : Requeue.Never;
    }

    /// <summary>Lists compare by reference; their text says whether they say the same.</summary>
    private static string Text(WakeTemplateStatus? status) => JsonSerializer.Serialize(status, OperatorJson.Default.WakeTemplateStatus);
}
