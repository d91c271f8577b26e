namespace KubeWol.ControllerRuntime;

/// <summary>What a reconciler answers: leave the key alone until something changes, or look again after a while.</summary>
public readonly record struct Requeue
{
    /// <summary>The shortest delay that <see cref="After"/> grants, so that a clock in the past cannot become a busy loop.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    private Requeue(TimeSpan delay) => Delay = delay;

    /// <summary>How long to wait; null when only a change brings the key back.</summary>
    public TimeSpan? Delay { get; }

    /// <summary>Only a change brings the key back.</summary>
    public static Requeue Never => default;

    /// <summary>Look again after <paramref name="delay"/>, at the earliest after <see cref="Shortest"/>.</summary>
    public static Requeue After(TimeSpan delay) => new(delay < Shortest ? Shortest : delay);
}
