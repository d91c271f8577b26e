using System.Diagnostics.CodeAnalysis;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>What one line of a watch says.</summary>
internal enum WatchEventType
{
    /// <summary>A kind of event this version does not know; skipped.</summary>
    Unknown,

    /// <summary>The object exists, new or changed.</summary>
    Set,

    /// <summary>The object is gone, or has become one that does not fit the type.</summary>
    Deleted,

    /// <summary>Nothing changed up to the resourceVersion it carries.</summary>
    Bookmark,
}

/// <summary>One decoded line of a watch. The object is there for <see cref="WatchEventType.Set"/> alone, the metadata for all known events.</summary>
internal readonly record struct WatchEvent<T>(WatchEventType Type, ResourceMetadata? Metadata, T? Object)
    where T : class
{
    [MemberNotNullWhen(true, nameof(Metadata))]
    public bool IsKnown => Type != WatchEventType.Unknown;
}
