namespace KubeWol.ControllerRuntime.Cluster;

/// <summary>How long a connection waits for its peer.</summary>
internal sealed record ConnectionPatience
{
    /// <summary>For the connection and its TLS to come about.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence under HTTP/2 after which the peer is asked whether it is there; at least a second.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the answer to that; at least a second.</summary>
    public TimeSpan PingAnswer { get; init; } = TimeSpan.FromSeconds(5);
}
