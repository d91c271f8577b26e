using System.Text.Json.Serialization;
using KubeWol.ControllerRuntime;

namespace KubeWol.TestCluster.KubeVirt.Objects;

/// <summary>
/// An object as the stand-in reads it: what it judges by, not more. It only ever writes patches of what it changed, so fields it
/// does not know stay as they are.
/// </summary>
internal abstract record KubeVirtObject : IResource
{
    // Deserialization sets what the JSON lacks to null, whatever the initializer says; so here and in the specs and statuses below.
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    [JsonIgnore]
    public bool IsDeleting => Metadata.DeletionTimestamp is not null;

    ResourceMetadata IResource.Metadata => Metadata.ForRuntime();
}
