namespace KubeWol.Torture.Journals;

/// <summary>Whether somebody listened at a node, and whether the node was on the LAN. All times are the run's.</summary>
internal sealed record NodeLife(string Node)
{
    /// <summary>How long an agent is given to take a frame in. One that is killed sooner may have heard it or not.</summary>
    public static readonly TimeSpan TakeIn = TimeSpan.FromSeconds(1);

    /// <summary>A cable that is pulled or plugged in takes effect within this time of the moment on record.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>From when an agent said that it was listening to when it was killed; null while it lives.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan? To)> Listening { get; init; } = [];

    /// <summary>When the agent was frozen, and woke up again. The kernel keeps its frames meanwhile.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Frozen { get; init; } = [];

    /// <summary>When the node was cut off from the LAN.</summary>
    public IReadOnlyList<(TimeSpan From, TimeSpan To)> Unplugged { get; init; } = [];

    /// <summary>Whether a frame sent at that time was heard and taken in without doubt.</summary>
    public bool SurelyHears(TimeSpan at)
    {
        if (Unplugged.Any(cut => cut.From - Margin <= at && at <= cut.To + Margin)) return false;
        var awake = at;
        foreach (var (from, to) in Frozen.OrderBy(f => f.From))
        {
            if (from <= awake + TakeIn && awake <= to) awake = to;
        }

        return Listening.Any(life => life.From <= at && (life.To is not { } killed || killed > awake + TakeIn));
    }
}
