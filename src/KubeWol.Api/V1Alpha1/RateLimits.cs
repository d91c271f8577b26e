using System.ComponentModel.DataAnnotations;

namespace KubeWol.Api.V1Alpha1;

/// <summary>How many requests this policy lets through.</summary>
public sealed record RateLimits
{
    /// <summary>For each machine.</summary>
    public RateLimit? PerMachine { get; init; }

    /// <summary>From each sender, by its source MAC address. A sender can claim any.</summary>
    public RateLimit? PerSender { get; init; }

    /// <summary>For all machines and senders together.</summary>
    public RateLimit? Total { get; init; }
}

/// <summary>So many requests in so many seconds: that many at once, and then one whenever its share of the time has passed.</summary>
public sealed record RateLimit
{
    /// <summary>How many requests.</summary>
    [Required]
    [Range(1, 100_000)]
    public int? Requests { get; init; }

    /// <summary>In how many seconds.</summary>
    [Required]
    [Range(1, 86_400)]
    public int? Seconds { get; init; }
}
