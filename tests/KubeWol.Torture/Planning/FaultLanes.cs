namespace KubeWol.Torture.Planning;

/// <summary>Chooses faults: three lanes, each of which goes through all its kinds in an order of its own before any comes again.</summary>
internal static class FaultLanes
{
    /// <summary>Between two faults of a lane: so long that the cluster can come to itself, so short that it often has not.</summary>
    private const double ShortestCalm = 2;

    private const double LongestCalm = 6;

    private static readonly (FaultName Name, double Least, double Most)[][] Kinds =
    [
        [
            (FaultName.ServerKilled, 0.5, 5), (FaultName.ServerFrozen, 2, 5), (FaultName.EtcdKilled, 0.5, 4), (FaultName.EtcdFrozen, 2, 5), (FaultName.Blackout, 7, 10),
            (FaultName.ApiFaults, 6, 12), (FaultName.ConnectionsHalfOpen, 0, 0), (FaultName.WatchesEnded, 0, 0), (FaultName.ConfigDeleted, 0, 0),
        ],
        [
            (FaultName.LeaderKilled, 0, 0), (FaultName.LeaderFrozen, 7, 14), (FaultName.StandbyKilled, 0, 0), (FaultName.AgentKilled, 0, 3), (FaultName.AgentFrozen, 2, 5),
            (FaultName.AgentKilled, 0, 0), (FaultName.TokenRotated, 0, 0),
        ],
        [(FaultName.NodeUnplugged, 2, 6), (FaultName.NodeCutFromServer, 3, 9), (FaultName.NodeConnectionsReset, 0, 0)],
    ];

    /// <param name="seed">Where all choices come from.</param>
    /// <param name="length">When the last fault is over.</param>
    public static IReadOnlyList<IReadOnlyList<PlannedFault>> Make(int seed, TimeSpan length) => [.. Kinds.Select((kinds, lane) => Make(new Random(seed + 1 + lane), kinds, length))];

    private static List<PlannedFault> Make(Random random, (FaultName Name, double Least, double Most)[] kinds, TimeSpan length)
    {
        var faults = new List<PlannedFault>();
        var order = kinds.ToArray();
        var at = TimeSpan.FromSeconds(1 + (random.NextDouble() * 3));
        while (true)
        {
            random.Shuffle(order);
            foreach (var (name, least, most) in order)
            {
                var fault = new PlannedFault(at, TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))), name, random.Next(1 << 16));
                if (fault.At + fault.Length > length) return faults;
                faults.Add(fault);
                at = fault.At + fault.Length + TimeSpan.FromSeconds(ShortestCalm + (random.NextDouble() * (LongestCalm - ShortestCalm)));
            }
        }
    }
}
