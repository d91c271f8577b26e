using KubeWol.ControllerRuntime.Internal;

namespace KubeWol.ControllerRuntime.Tests.Fakes;

internal static class CacheWaits
{
    /// <summary>Waits until the cache, after some change, is as wanted.</summary>
    public static async Task UntilAsync<T>(this ResourceCache<T> cache, Func<ResourceCache<T>, bool> wanted)
        where T : class, IResource
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(ResourceKey key, T? before, T? after)
        {
            if (wanted(cache)) met.TrySetResult();
        }

        cache.Changed += Look;
        if (wanted(cache)) met.TrySetResult();
        await met.Task.SoonAsync();
        cache.Changed -= Look;
    }

    /// <summary>Waits until the cache holds just these objects, each written <c>name:version</c>.</summary>
    public static Task HoldsAsync<T>(this ResourceCache<T> cache, params string[] objects)
        where T : class, IResource =>
        cache.UntilAsync(c => c.All.Select(o => $"{o.Metadata.Name}:{o.Metadata.ResourceVersion}").Order().SequenceEqual(objects));
}
