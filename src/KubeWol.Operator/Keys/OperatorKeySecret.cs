using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Keys;

/// <summary>The Secret with the operator's private keys: each entry one key in PEM, named by when it was made.</summary>
internal sealed record OperatorKeySecret : IResource
{
    public const string Name = "kubewol-operator-key";

    public static readonly ResourceType<OperatorKeySecret> Type = new("", "v1", "secrets", OperatorJson.Default.OperatorKeySecret);

    public string ApiVersion { get; init; } = "v1";

    public string Kind { get; init; } = "Secret";

    public ResourceMetadata Metadata { get; init; } = new();

    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>The one of an installation.</summary>
    public static ResourceKey KeyIn(string @namespace) => new(@namespace, Name);
}
