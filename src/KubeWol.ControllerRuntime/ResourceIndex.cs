namespace KubeWol.ControllerRuntime;

/// <summary>Finds objects by a value they carry. Declare it once, as a static: it is identified by reference.</summary>
/// <param name="values">All values under which one object is to be found.</param>
public sealed class ResourceIndex<T, TValue>(Func<T, IEnumerable<TValue>> values)
    where T : class, IResource
    where TValue : notnull
{
    internal IEnumerable<TValue> Values(T resource) => values(resource);
}
