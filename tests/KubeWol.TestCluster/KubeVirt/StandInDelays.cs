namespace KubeWol.TestCluster.KubeVirt;

/// <summary>
/// How long things take where no annotation of <see cref="StandInAnnotations"/> says otherwise. A phase that takes no time is gone
/// through without being written, so zero delays also mean the fewest API writes. Any other delay is at least 50 ms: the runtime's shortest.
/// </summary>
public sealed record StandInDelays
{
    /// <summary>Until a new instance has a node.</summary>
    public TimeSpan Schedule { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>From having a node to running.</summary>
    public TimeSpan Boot { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>From being asked to shut down to being off.</summary>
    public TimeSpan Shutdown { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Each of the five steps of a live migration before the transfer.</summary>
    public TimeSpan MigrationStep { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The transfer of a live migration.</summary>
    public TimeSpan Migration { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Each of the four steps of a clone.</summary>
    public TimeSpan CloneStep { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Before virt-controller tries again to create an instance that the API server refused.</summary>
    public TimeSpan CreateRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The first wait after a guest failed before it ran; the n-th is n² times as long, and never more than 30 times. KubeVirt's is 10 s.
    /// Whole seconds: that is what the API has.
    /// </summary>
    public TimeSpan CrashLoopBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Nothing takes any time, but for what annotations say.</summary>
    public static StandInDelays None { get; } = new()
    {
        Schedule = TimeSpan.Zero,
        Boot = TimeSpan.Zero,
        Shutdown = TimeSpan.Zero,
        MigrationStep = TimeSpan.Zero,
        Migration = TimeSpan.Zero,
        CloneStep = TimeSpan.Zero,
    };
}
