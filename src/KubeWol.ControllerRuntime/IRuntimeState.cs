namespace KubeWol.ControllerRuntime;

/// <summary>How far the runtime has come; what a readiness probe asks.</summary>
public interface IRuntimeState
{
    /// <summary>Whether all caches hold their first list.</summary>
    bool IsSynced { get; }

    /// <summary>Whether this process does the work: it holds the leader lease, or there is none.</summary>
    bool IsLeading { get; }
}
