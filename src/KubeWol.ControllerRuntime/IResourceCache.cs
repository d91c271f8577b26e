using System.Diagnostics.CodeAnalysis;

namespace KubeWol.ControllerRuntime;

/// <summary>The last known state of all watched objects of a kind. Objects are shared: never change one.</summary>
public interface IResourceCache<T>
    where T : class, IResource
{
    /// <summary>The object with this key, or null.</summary>
    T? Find(ResourceKey key);

    /// <summary>A snapshot of all objects, in no order.</summary>
    IReadOnlyCollection<T> All { get; }

    /// <summary>The objects that have <paramref name="value"/> in <paramref name="index"/>. The index is built at its first use and kept up from then on.</summary>
    IReadOnlyList<T> FindBy<TValue>(ResourceIndex<T, TValue> index, TValue value)
        where TValue : notnull;

    /// <summary>Completes once the first list is in the cache.</summary>
    [SuppressMessage("Design", "CA1024", Justification = "It is a wait, not a value.")]
    Task Synced { get; }

    /// <summary>
    /// Takes in what the server answered to a write of ours, so that the next reading sees it before the watch tells.
    /// Does nothing where the cache already holds something newer, or no longer holds the object.
    /// </summary>
    void Observe(T written);
}
