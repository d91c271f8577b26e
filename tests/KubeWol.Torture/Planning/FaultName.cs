namespace KubeWol.Torture.Planning;

/// <summary>What is done to the stage.</summary>
internal enum FaultName
{
    // To the API server and its store, by signals.
    ServerKilled,
    ServerFrozen,
    EtcdKilled,
    EtcdFrozen,

    /// <summary>The server is away, and while it is every agent is killed and started again.</summary>
    Blackout,

    // To our programs, by signals.
    LeaderKilled,
    LeaderFrozen,
    StandbyKilled,
    AgentKilled,
    AgentFrozen,

    // To the network.
    NodeUnplugged,
    NodeCutFromServer,
    NodeConnectionsReset,

    // To what the API server answers.
    ApiFaults,
    ConnectionsHalfOpen,
    WatchesEnded,

    // To what is in the cluster.
    TokenRotated,
    ConfigDeleted,
}
