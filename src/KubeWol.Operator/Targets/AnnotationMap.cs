using System.Text.Json;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Targets;

/// <summary>
/// Annotations that hold a JSON object of strings. Anybody may write anything into an annotation: what is damaged is left out, and never an error.
/// </summary>
internal static class AnnotationMap
{
    /// <summary>Longer ones are nobody's honest work, and every change of the object would have to read them again.</summary>
    public const int LongestText = 16 * 1024;

    /// <summary>The pairs of text in the annotation; none where it is missing or no such object.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(IResource resource, string annotation)
    {
        if (resource.Metadata.Annotations?.GetValueOrDefault(annotation) is not { Length: > 0 and <= LongestText } text) return [];
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return [];
            return [.. document.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return []; // no JSON; or JSON whose text is no Unicode, which only shows when it is read
        }
    }
}
