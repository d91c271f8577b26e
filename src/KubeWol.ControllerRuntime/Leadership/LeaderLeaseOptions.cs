namespace KubeWol.ControllerRuntime.Leadership;

/// <summary>Which lease elects the leader, and how patient everybody is.</summary>
public sealed record LeaderLeaseOptions
{
    /// <summary>The namespace of the Lease object.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name of the Lease object.</summary>
    public required string Name { get; init; }

    /// <summary>This process, distinct from every other that ever ran.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid():N}";

    /// <summary>A standby takes over when the lease has not changed for this long; whole seconds.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A leader that could not renew for this long stops leading. Must be well below <see cref="Duration"/>: the difference keeps two from leading at once.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the leader renews and a standby looks.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Spreads the candidates' looks over time.</summary>
    internal Random Random { get; init; } = Random.Shared;

    internal void Validate()
    {
        if (RetryPeriod <= TimeSpan.Zero || RenewDeadline <= RetryPeriod || Duration <= RenewDeadline)
        {
            throw new ArgumentException($"a leader lease needs 0 < retry period < renew deadline < duration, not {RetryPeriod}, {RenewDeadline}, {Duration}");
        }
    }
}
