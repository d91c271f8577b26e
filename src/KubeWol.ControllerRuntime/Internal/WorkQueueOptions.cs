namespace KubeWol.ControllerRuntime.Internal;

/// <summary>When keys are taken in, and how failures are retried.</summary>
internal sealed record WorkQueueOptions
{
    /// <summary>Whether keys are taken in from the start, or only once it is opened.</summary>
    public bool IsOpen { get; init; } = true;

    public TimeSpan ShortestRetry { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Short, for this is what a key waits on top of an outage; what many failing keys cost the server is bounded by the rate.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The rate of retries of all keys together, once <see cref="RetryBurst"/> of them have gone through at once.</summary>
    public double RetriesPerSecond { get; init; } = 50;

    public int RetryBurst { get; init; } = 200;

    public Random Random { get; init; } = Random.Shared;
}
