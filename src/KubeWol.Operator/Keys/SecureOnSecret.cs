using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Keys;

/// <summary>A tenant's Secret with SecureOn passwords. The operator may see Secrets of this name alone.</summary>
internal sealed record SecureOnSecret : IResource
{
    public const string Name = "kubewol-secureon";

    public static readonly ResourceType<SecureOnSecret> Type = new("", "v1", "secrets", OperatorJson.Default.SecureOnSecret);

    public ResourceMetadata Metadata { get; init; } = new();

    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }
}
