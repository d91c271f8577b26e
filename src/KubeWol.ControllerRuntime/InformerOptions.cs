namespace KubeWol.ControllerRuntime;

/// <summary>How a kind is listed and watched.</summary>
public sealed record InformerOptions
{
    /// <summary>For what a controller works from: after an outage it goes on within seconds. Controllers are few; what every node watches has to be calmer.</summary>
    public static InformerOptions Eager { get; } = new() { LongestBackoff = TimeSpan.FromSeconds(5) };

    /// <summary>Only this namespace; null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Only objects with these labels, in kubectl's syntax; null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Only the objects of these names; null for all. Each name is watched by itself, so that a role that grants list and watch by resourceNames is enough.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Objects in one page of a list; 0 lists all in one answer.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>The longest a watch runs before it is begun anew; the real time is drawn between half of it and all of it, so that watches do not end together.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A watch that says nothing for this long is taken for dead. API servers send a bookmark about every minute.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The wait after a first failure; doubles with each further one, up to <see cref="LongestBackoff"/>, less up to half at random.</summary>
    public TimeSpan ShortestBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(30);
}
