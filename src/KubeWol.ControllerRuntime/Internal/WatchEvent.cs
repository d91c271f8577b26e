namespace KubeWol.ControllerRuntime.Internal;

/// <summary>What one line of a watch says.</summary>
internal enum WatchEventType
{
    /// <summary>A kind of event this version does not know; skipped.</summary>
    Unknown,

    /// <summary>The object exists, new or changed.</summary>
    Set,

    /// <summary>The object is gone.</summary>
    Deleted,

    /// <summary>Nothing changed up to the resourceVersion it carries.</summary>
    Bookmark,
}

/// <summary>One decoded line of a watch.</summary>
internal readonly record struct WatchEvent<T>(WatchEventType Type, T Object);
