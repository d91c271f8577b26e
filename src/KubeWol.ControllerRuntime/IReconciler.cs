namespace KubeWol.ControllerRuntime;

/// <summary>
/// Brings the world closer to what one object asks for. It is handed only the key: whether the object was added, changed or
/// deleted is deliberately unknowable, so it must compare what is wanted with what is. An exception means: again, later and later.
/// </summary>
public interface IReconciler
{
    /// <summary>Looks at the object behind <paramref name="key"/> once. Never called for one key twice at the same time.</summary>
    Task<Requeue> ReconcileAsync(ResourceKey key, CancellationToken cancellationToken);
}
