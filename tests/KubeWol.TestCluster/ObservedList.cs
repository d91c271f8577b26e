namespace KubeWol.TestCluster;

/// <summary>A list that grows from another thread, and whose items can be waited for.</summary>
internal sealed class ObservedList<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly List<T> _items = [];
    private readonly List<(Predicate<T> Matches, TaskCompletionSource<T> Found)> _waiting = [];

    public IReadOnlyList<T> Items
    {
        get { lock (_lock) return [.. _items]; }
    }

    public void Add(T item)
    {
        lock (_lock)
        {
            _items.Add(item);
            _waiting.RemoveAll(waiting => Complete(waiting.Matches, item, waiting.Found));
        }
    }

    /// <summary>The first item that matches, in already or still to come.</summary>
    public Task<T> WaitForAsync(Predicate<T> matches)
    {
        var found = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_items.Exists(item => Complete(matches, item, found))) _waiting.Add((matches, found));
        }
        return found.Task;
    }

    private static bool Complete(Predicate<T> matches, T item, TaskCompletionSource<T> found)
    {
        try
        {
            return matches(item) && found.TrySetResult(item);
        }
        catch (Exception e)
        {
            // The predicate is the waiting test's: its exception belongs there, not on the thread that reads.
            return found.TrySetException(e);
        }
    }
}
