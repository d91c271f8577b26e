namespace KubeWol.ControllerRuntime;

/// <summary>Since when this process leads, as a moment of the store.</summary>
public interface ITenure
{
    /// <summary>
    /// Whether an object was stored before this process led: the last leader may have changed it since, and the watch may not have said so yet. Never so where there is
    /// no lease, and nobody else.
    /// </summary>
    bool IsFromBefore(ResourceMetadata read);
}
