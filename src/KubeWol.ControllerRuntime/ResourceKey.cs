namespace KubeWol.ControllerRuntime;

/// <summary>Names one object of a kind: namespace (null for cluster-scoped kinds) and name.</summary>
public readonly record struct ResourceKey(string? Namespace, string Name)
{
    /// <summary>The key of <paramref name="resource"/>.</summary>
    public static ResourceKey Of(IResource resource) => new(resource.Metadata.Namespace, resource.Metadata.Name);

    /// <summary><c>namespace/name</c>, or the bare name of a cluster-scoped object.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
