using System.Collections.Concurrent;

namespace KubeWol.ControllerRuntime.Internal;

/// <summary>
/// Read by anybody without a lock; written under one, by the informer and by writers that observe their own writes.
/// Versions only move forward: what a write returned is not undone by an older event that was still on its way.
/// Several informers may bring a part of the objects each; it is in step once all parts were listed.
/// </summary>
internal sealed class ResourceCache<T>(int parts = 1) : IResourceCache<T>
    where T : class, IResource
{
    private readonly ConcurrentDictionary<ResourceKey, T> _objects = new();
    private readonly ConcurrentDictionary<object, IIndex> _indexes = new(ReferenceEqualityComparer.Instance);
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _listed = []; // the parts that have brought their first list
    private readonly Lock _writing = new();  // one change after the other, each with its announcement
    private readonly Lock _indexing = new(); // an index misses no change while it is built; innermost, so that an announcement may search any cache

    /// <summary>Raised after each change, in order, on the thread that made it. Both null never happens.</summary>
    public event Action<ResourceKey, T?, T?>? Changed;

    public Task Synced => _synced.Task;

    public IReadOnlyCollection<T> All => [.. _objects.Values];

    public T? Find(ResourceKey key) => _objects.GetValueOrDefault(key);

    public IReadOnlyList<T> FindBy<TValue>(ResourceIndex<T, TValue> index, TValue value)
        where TValue : notnull
    {
        if (!_indexes.TryGetValue(index, out var built))
        {
            lock (_indexing)
            {
                if (!_indexes.TryGetValue(index, out built))
                {
                    built = new Index<TValue>(index);
                    foreach (var resource in _objects.Values) built.Change(null, resource);
                    _indexes[index] = built;
                }
            }
        }

        return ((Index<TValue>)built).Find(value);
    }

    public void Observe(T written)
    {
        lock (_writing)
        {
            // Only in place of the very object: a deletion seen meanwhile must not be undone.
            if (_objects.TryGetValue(ResourceKey.Of(written), out var current)
                && current.Metadata.Uid == written.Metadata.Uid && current.Metadata.IsOlderThan(written.Metadata)) Store(current, written);
        }
    }

    public void Set(T resource)
    {
        lock (_writing) SetLocked(resource);
    }

    public void Remove(ResourceKey key)
    {
        lock (_writing)
        {
            if (_objects.TryGetValue(key, out var current)) Drop(key, current);
        }
    }

    /// <summary>Takes over a complete list: what is not in it is gone. One of the objects of a name says nothing about those of others.</summary>
    public void Replace(IReadOnlyCollection<T> all, string? name = null)
    {
        lock (_writing)
        {
            var listed = all.Select(ResourceKey.Of).ToHashSet();
            foreach (var (key, vanished) in _objects.Where(o => !listed.Contains(o.Key) && (name is null || o.Key.Name == name)).ToList()) Drop(key, vanished);
            foreach (var resource in all) SetLocked(resource);
            _listed.Add(name ?? "");
            if (_listed.Count < parts) return;
        }

        _synced.TrySetResult();
    }

    private void SetLocked(T resource)
    {
        _objects.TryGetValue(ResourceKey.Of(resource), out var current);
        if (current is not null && current.Metadata.Uid == resource.Metadata.Uid)
        {
            if (current.Metadata.ResourceVersion == resource.Metadata.ResourceVersion || resource.Metadata.IsOlderThan(current.Metadata)) return;
        }

        Store(current, resource);
    }

    private void Store(T? before, T after)
    {
        var key = ResourceKey.Of(after);
        lock (_indexing)
        {
            _objects[key] = after;
            foreach (var index in _indexes.Values) index.Change(before, after);
        }

        Changed?.Invoke(key, before, after);
    }

    private void Drop(ResourceKey key, T before)
    {
        lock (_indexing)
        {
            _objects.TryRemove(key, out _);
            foreach (var index in _indexes.Values) index.Change(before, null);
        }

        Changed?.Invoke(key, before, null);
    }

    private interface IIndex
    {
        void Change(T? before, T? after);
    }

    /// <summary>Value → objects. The arrays are never changed, only replaced, so a reader needs no lock.</summary>
    private sealed class Index<TValue>(ResourceIndex<T, TValue> index) : IIndex
        where TValue : notnull
    {
        private readonly ConcurrentDictionary<TValue, T[]> _byValue = new();

        public T[] Find(TValue value) => _byValue.GetValueOrDefault(value) ?? [];

        public void Change(T? before, T? after)
        {
            HashSet<TValue> old = before is null ? [] : [.. index.Values(before)];
            HashSet<TValue> now = after is null ? [] : [.. index.Values(after)];
            foreach (var value in old.Union(now))
            {
                // One exchange for each value: a reader never misses an object that had the value before and has it still.
                var others = Find(value).Where(o => !ReferenceEquals(o, before));
                T[] objects = now.Contains(value) ? [.. others, after!] : [.. others];
                if (objects.Length == 0) _byValue.TryRemove(value, out _);
                else _byValue[value] = objects;
            }
        }
    }
}
