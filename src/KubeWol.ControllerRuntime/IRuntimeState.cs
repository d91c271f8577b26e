namespace KubeWol.ControllerRuntime;

/// <summary>How far the runtime has come; what a readiness probe asks.</summary>
public interface IRuntimeState
{
    /// <summary>Whether all caches hold their first list.</summary>
    bool IsSynced { get; }

    /// <summary>Whether this process does the work: it holds the leader lease, or there is none.</summary>
    bool IsLeading { get; }

    /// <summary>
    /// Whether an object was stored before this process led. What it shows may be out of date in one way that no later write of ours shows: the last
    /// leader may have changed it, and the watch may not have said so yet.
    /// </summary>
    bool IsFromBefore(ResourceMetadata read);
}
