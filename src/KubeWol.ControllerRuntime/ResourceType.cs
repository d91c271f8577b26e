using System.Text.Json.Serialization.Metadata;

namespace KubeWol.ControllerRuntime;

/// <summary>Where the objects of a kind are served, and how they are decoded.</summary>
/// <param name="Group">The API group; empty for the core group.</param>
/// <param name="Version">The served version, such as <c>v1alpha1</c>.</param>
/// <param name="Plural">The lower-case plural name in the URL.</param>
/// <param name="Json">Source-generated metadata: decoding needs no reflection and skips every field the type lacks.</param>
public sealed record ResourceType<T>(string Group, string Version, string Plural, JsonTypeInfo<T> Json)
    where T : class, IResource
{
    /// <summary>The URL path of all objects of the kind, of those in a namespace, or of one object or its subresource.</summary>
    public string Path(string? @namespace = null, string? name = null, string? subresource = null) =>
        ApiPath.Of(Group, Version, Plural, @namespace, name, subresource);

    /// <summary>The URL path of one object, or of its subresource.</summary>
    public string Path(ResourceKey key, string? subresource = null) => Path(key.Namespace, key.Name, subresource);
}
