using KubeWol.ControllerRuntime.Internal;
using Microsoft.Extensions.DependencyInjection;

namespace KubeWol.ControllerRuntime;

/// <summary>Says what brings keys to a reconciler.</summary>
public sealed class ControllerBuilder
{
    private readonly IServiceCollection _services;
    private readonly List<Action<IServiceProvider, WorkQueue>> _sources = [];
    private readonly List<Action<IServiceProvider, WorkQueue>> _beginnings = [];

    internal ControllerBuilder(IServiceCollection services) => _services = services;

    /// <summary>How many keys are worked on at the same time.</summary>
    public int Workers { get; set; } = 4;

    /// <summary>How long one look may take before it is cancelled and counted as a failure.</summary>
    public TimeSpan ReconcileTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A new, changed or deleted object brings its own key, a new one before all others. A change of nothing but status, labels or annotations does
    /// not: status is what the reconciler itself writes.
    /// </summary>
    public ControllerBuilder For<T>(ResourceType<T> type)
        where T : class, IResource => Watch(type, static (_, resource) => [ResourceKey.Of(resource)], IsRealChange, WorkPriority.Highest);

    /// <summary>A change of an object brings the key of the <paramref name="ownerKind"/> that controls it.</summary>
    public ControllerBuilder Owns<T>(ResourceType<T> type, string ownerKind)
        where T : class, IResource =>
        Watch(type, (_, resource) => resource.Metadata.OwnerReferences?.Where(o => o.Controller == true && o.Kind == ownerKind)
            .Select(o => new ResourceKey(resource.Metadata.Namespace, o.Name)) ?? []);

    /// <summary>
    /// A change of an object brings the keys that <paramref name="map"/> names, for the object as it was and as it is. When the work begins, every object
    /// that is there brings its keys.
    /// </summary>
    public ControllerBuilder Watch<T>(ResourceType<T> type, Func<IServiceProvider, T, IEnumerable<ResourceKey>> map)
        where T : class, IResource => Watch(type, map, static (_, _) => true);

    /// <summary>This key is looked at when the work begins, whether or not anything is there; for an object the controller itself makes.</summary>
    public ControllerBuilder StartWith(ResourceKey key)
    {
        _beginnings.Add((_, queue) => queue.Add(key, WorkPriority.Low));
        return this;
    }

    /// <summary>As Watch, but only for changes from one state to another that <paramref name="matters"/>; null is an object that is not there.</summary>
    public ControllerBuilder Watch<T>(ResourceType<T> type, Func<IServiceProvider, T, IEnumerable<ResourceKey>> map, Func<T?, T?, bool> matters)
        where T : class, IResource => Watch(type, map, matters, WorkPriority.High);

    private ControllerBuilder Watch<T>(ResourceType<T> type, Func<IServiceProvider, T, IEnumerable<ResourceKey>> map, Func<T?, T?, bool> matters, WorkPriority newcomers)
        where T : class, IResource
    {
        _beginnings.Add((services, queue) =>
        {
            foreach (var resource in services.GetRequiredService<ResourceCache<T>>().All.Where(r => matters(null, r)))
            {
                foreach (var key in map(services, resource)) queue.Add(key, WorkPriority.Low);
            }
        });
        return WatchChanges(type, (services, before, after) => !matters(before, after) ? []
            : (before is null ? [] : map(services, before)).Concat(after is null ? [] : map(services, after)), newcomers);
    }

    /// <summary>
    /// A change of an object from one state to another brings the keys that <paramref name="map"/> names; null is an object that is not there. Each
    /// change is told once, those of a kind one after the other, from the first list on and on standbys too: a sum over all objects can be kept so.
    /// What the work has to begin with is said by <see cref="StartWith"/>.
    /// </summary>
    public ControllerBuilder WatchChanges<T>(ResourceType<T> type, Func<IServiceProvider, T?, T?, IEnumerable<ResourceKey>> map)
        where T : class, IResource => WatchChanges(type, map, WorkPriority.High);

    private ControllerBuilder WatchChanges<T>(ResourceType<T> type, Func<IServiceProvider, T?, T?, IEnumerable<ResourceKey>> map, WorkPriority newcomers)
        where T : class, IResource
    {
        _services.AddInformer(type, InformerOptions.Eager);
        _sources.Add((services, queue) =>
        {
            services.GetRequiredService<ResourceCache<T>>().Changed += (_, before, after) =>
            {
                foreach (var key in map(services, before, after)) queue.Add(key, before is null ? newcomers : WorkPriority.High);
            };
        });
        return this;
    }

    /// <summary>The generation counts changes of the spec; kinds that have no generation always leave it 0.</summary>
    private static bool IsRealChange<T>(T? before, T? after)
        where T : class, IResource =>
        (before?.Metadata, after?.Metadata) is not ({ } was, { } @is)
        || (was.Uid, was.Generation, was.DeletionTimestamp) != (@is.Uid, @is.Generation, @is.DeletionTimestamp)
        || @is.Generation == 0;

    internal ControllerSettings Settings => new(Workers, ReconcileTimeout);

    internal void Connect(IServiceProvider services, WorkQueue queue)
    {
        foreach (var source in _sources) source(services, queue);
    }

    /// <summary>Opens the queue to changes, and only then looks at what there is: nothing falls between the two.</summary>
    internal void Begin(IServiceProvider services, WorkQueue queue)
    {
        queue.Open();
        foreach (var beginning in _beginnings) beginning(services, queue);
    }
}
