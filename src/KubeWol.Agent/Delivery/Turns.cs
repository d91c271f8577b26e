using KubeWol.Agent.Intake;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// Usually only one of the nodes that hear a broadcast writes it: the first in the machine's order. Each of the others waits for its turn, looks, and writes
/// only if nobody has. Who is alone, or is not told who else there is, writes at once: the API server lets only one through anyway.
/// </summary>
internal sealed class Turns(Instructions instructions, AgentOptions options, TimeProvider time)
{
    /// <summary>What each node before this one is given: a write takes a few milliseconds, and nobody should have to wait long for a dead node.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(150);

    /// <summary>Those further behind do not wait longer for so many dead nodes; they only avoid to look all at once.</summary>
    public const int LongestLine = 5;

    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShareOfCrowd = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestCrowd = TimeSpan.FromSeconds(5);

    private readonly SilentNodes _silent = new(time);
    private Ranking _kept = Ranking.Nobody;

    /// <summary>This node's turn for a message.</summary>
    public Turn Of(WakeSignal signal)
    {
        // What a policy tells apart by place is a message of this node alone, or of few.
        if (signal.Identity is not { Node: null, Interface: null }) return Turn.First;
        var ranking = instructions.Ranking;
        if (!ranking.Knows(options.NodeName)) return Turn.First;
        var rank = ranking.Before(options.NodeName, signal.Target).Count(n => !_silent.Contains(signal.Interface, n));
        return rank == 0 ? Turn.First : new(rank, Math.Min(rank, LongestLine) * Step + Random.Shared.NextDouble() * (rank < LongestLine ? Jitter : Crowd(ranking.Count)));
    }

    /// <summary>Learns from who wrote the request for what this node heard, too.</summary>
    /// <param name="signal">What was heard.</param>
    /// <param name="node">Who wrote.</param>
    /// <param name="rank">How many nodes that one had given their turn; 0 tells nothing about others, for it did not wait.</param>
    public void Learn(WakeSignal signal, string node, int rank)
    {
        var ranking = instructions.Ranking;
        if (!ReferenceEquals(Interlocked.Exchange(ref _kept, ranking), ranking)) _silent.Keep(ranking);
        _silent.Heard(signal.Interface, node);
        if (rank == 0 || !ranking.Knows(node)) return;
        foreach (var silent in ranking.Before(node, signal.Target).Where(n => n != options.NodeName)) _silent.Missed(signal.Interface, silent);
    }

    private static TimeSpan Crowd(int nodes) => TimeSpan.FromTicks(Math.Clamp(nodes * ShareOfCrowd.Ticks, Jitter.Ticks, LongestCrowd.Ticks));
}
