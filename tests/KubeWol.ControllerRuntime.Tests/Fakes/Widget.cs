using System.Text.Json;
using System.Text.Json.Serialization;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

/// <summary>A kind of our own, as lean as the real ones.</summary>
internal sealed record Widget : IResource
{
    public static readonly ResourceType<Widget> Type = new("test.kubewol.io", "v1", "widgets", WidgetJson.Default.Widget);

    public string ApiVersion { get; init; } = "test.kubewol.io/v1";

    public string Kind { get; init; } = "Widget";

    public ResourceMetadata Metadata { get; init; } = new();

    public WidgetSpec? Spec { get; init; }

    /// <summary>The uid is the name unless another is given: two objects of one name are the same object unless a test says otherwise.</summary>
    public static Widget Of(string name, int version, string colour = "red", string? uid = null, string @namespace = "default") => new()
    {
        Metadata = new() { Name = name, Namespace = @namespace, Uid = uid ?? name, ResourceVersion = version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        Spec = new() { Colour = colour },
    };

    public Widget OfGeneration(int generation) => this with { Metadata = Metadata with { Generation = generation } };

    /// <summary>The same, with its deletion asked for.</summary>
    public Widget Deleting() => this with { Metadata = Metadata with { DeletionTimestamp = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) } };

    public string ToJson() => JsonSerializer.Serialize(this, WidgetJson.Default.Widget);

    public static string List(int version, string? @continue, params IEnumerable<Widget> items)
    {
        var all = string.Join(',', items.Select(i => i.ToJson()));
        return $$"""{"kind":"WidgetList","apiVersion":"test.kubewol.io/v1","metadata":{"resourceVersion":"{{version}}","continue":"{{@continue}}"},"items":[{{all}}]}""";
    }

    public string Event(string type) => $$"""{"type":"{{type}}","object":{{ToJson()}}""" + "}\n";

    public static string Bookmark(int version) =>
        $$$$"""{"type":"BOOKMARK","object":{"kind":"Widget","apiVersion":"test.kubewol.io/v1","metadata":{"resourceVersion":"{{{{version}}}}","creationTimestamp":null}}}""" + "\n";
}

internal sealed record WidgetSpec
{
    public string Colour { get; init; } = "";

    public int Size { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Widget))]
internal sealed partial class WidgetJson : JsonSerializerContext;
