namespace KubeWol.ControllerRuntime;

/// <summary>An object of the Kubernetes API, as far as the runtime needs to know it.</summary>
public interface IResource
{
    /// <summary>Name, version and the rest of the object's metadata.</summary>
    ResourceMetadata Metadata { get; }
}
