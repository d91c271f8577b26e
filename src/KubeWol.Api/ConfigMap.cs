using KubeWol.ControllerRuntime;

namespace KubeWol.Api;

/// <summary>A core/v1 ConfigMap.</summary>
public sealed record ConfigMap : IResource
{
    /// <summary>Where ConfigMaps are served.</summary>
    public static readonly ResourceType<ConfigMap> Type = new("", "v1", "configmaps", ApiJson.Default.ConfigMap);

    /// <summary><c>v1</c>.</summary>
    public string ApiVersion { get; init; } = "v1";

    /// <summary><c>ConfigMap</c>.</summary>
    public string Kind { get; init; } = "ConfigMap";

    /// <inheritdoc/>
    public ResourceMetadata Metadata { get; init; } = new();

    /// <summary>Its entries, or null.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }

    /// <summary>Its entries that are no text, or null.</summary>
    public IReadOnlyDictionary<string, byte[]>? BinaryData { get; init; }
}
