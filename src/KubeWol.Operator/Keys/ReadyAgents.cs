using KubeWol.Api;
using KubeWol.ControllerRuntime;

namespace KubeWol.Operator.Keys;

/// <summary>The nodes on which an agent is ready, and how often agents are told of them.</summary>
internal sealed class ReadyAgents(IResourceCache<Pod> pods, TimeProvider time)
{
    /// <summary>Agents are not told more often than this that others have come or gone.</summary>
    public static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    /// <summary>The length, in letters, of all names together. The ConfigMap holds one MiB, and every agent reads it; agents beyond that write at once.</summary>
    public const int MostLetters = 256 * 1024;

    private DateTimeOffset _told;

    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> Nodes
    {
        get
        {
            var letters = 0;
            return [.. pods.All.Select(NodeOf).OfType<string>().Distinct().Order(StringComparer.Ordinal).TakeWhile(n => (letters += n.Length) <= MostLetters)];
        }
    }

    /// <summary>How many agents there are pods for, one for each node that is to have one; that no node takes is not ready, either.</summary>
    public (int Ready, int NotReady) Count()
    {
        var there = pods.All.Where(p => p.Metadata.DeletionTimestamp is null).ToList();
        var ready = there.Count(p => NodeOf(p) is not null);
        return (ready, there.Count - ready);
    }

    /// <summary>How long it takes until agents may be told again.</summary>
    public TimeSpan Wait => _told + Pace - time.GetUtcNow();

    /// <summary>They are told now.</summary>
    public void Told() => _told = time.GetUtcNow();

    /// <summary>Whether a pod that changes changes anything here.</summary>
    public static bool Matters(Pod? before, Pod? after) => NodeOf(before) != NodeOf(after);

    private static string? NodeOf(Pod? pod) =>
        pod is { Metadata.DeletionTimestamp: null, Spec.NodeName: { Length: > 0 } node, IsReady: true } ? node : null;
}
