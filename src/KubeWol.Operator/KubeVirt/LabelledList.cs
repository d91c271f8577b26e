using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.Operator.Templates;

namespace KubeWol.Operator.KubeVirt;

/// <summary>Lists what bears a template's label, as the API server knows it at this moment.</summary>
internal static class LabelledList
{
    /// <summary>The objects, all in one answer: a template has no more than 1,000 machines. None where nobody serves the kind.</summary>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(
        ClusterClient client, ResourceType<T> type, JsonTypeInfo<T> json, WakeTemplate template, CancellationToken cancellationToken)
        where T : class, IResource
    {
        var selector = Uri.EscapeDataString($"{InstanceMarks.TemplateLabel}={template.Metadata.Name}");
        try
        {
            var answer = await client.SendAsync(HttpMethod.Get, $"{type.Path(template.Metadata.Namespace)}?labelSelector={selector}", null, null, cancellationToken).ConfigureAwait(false);
            using var list = JsonDocument.Parse(answer);
            return [.. list.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Deserialize(json)!)];
        }
        catch (ApiException e) when (e is { IsNotFound: true, Reason: not "NotFound" })
        {
            return [];
        }
    }
}
