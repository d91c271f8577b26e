using KubeWol.ControllerRuntime;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>The part of ObjectMeta that the stand-in reads or writes: the runtime's own metadata, and finalizers.</summary>
internal sealed record ObjectMeta
{
    public string? Name { get; init; }
    public string? GenerateName { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }
    public DateTimeOffset? DeletionTimestamp { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public IReadOnlyList<string>? Finalizers { get; init; }
    public IReadOnlyList<ControllerReference>? OwnerReferences { get; init; }

    public bool Has(string finalizer) => Finalizers?.Contains(finalizer) == true;

    public ObjectMeta With(string finalizer) => Has(finalizer) ? this : this with { Finalizers = [.. Finalizers ?? [], finalizer] };

    public ObjectMeta Without(string finalizer) => Has(finalizer) ? this with { Finalizers = [.. Finalizers!.Where(f => f != finalizer)] } : this;

    public ResourceMetadata ForRuntime() => new()
    {
        Name = Name ?? "",
        Namespace = Namespace,
        Uid = Uid,
        ResourceVersion = ResourceVersion,
        CreationTimestamp = CreationTimestamp,
        DeletionTimestamp = DeletionTimestamp,
    };
}
