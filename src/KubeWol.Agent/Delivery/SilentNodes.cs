using System.Collections.Concurrent;

namespace KubeWol.Agent.Delivery;

/// <summary>
/// Nodes that did not write when it was their turn, for each of this node's interfaces: they are on another segment, or gone. They are remembered for a
/// while, and forgiven at the first sign of life.
/// </summary>
internal sealed class SilentNodes(TimeProvider time)
{
    /// <summary>How long one is remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    /// <summary>How often in a row one has to be missed: once may be a slow moment.</summary>
    public const int Misses = 2;

    private readonly ConcurrentDictionary<(string Interface, string Node), (int Times, long At)> _missed = new();

    /// <summary>Whether to leave a node out of account for what this interface hears.</summary>
    public bool Contains(string @interface, string node) => _missed.TryGetValue((@interface, node), out var missed) && missed.Times >= Misses && IsRemembered(missed.At);

    /// <summary>It was a node's turn, and it did not write.</summary>
    public void Missed(string @interface, string node) => _missed.AddOrUpdate(
        (@interface, node), static (_, now) => (1, now), (_, before, now) => (IsRemembered(before.At) ? before.Times + 1 : 1, now), time.GetTimestamp());

    /// <summary>A node wrote what this interface heard, too.</summary>
    public void Heard(string @interface, string node) => _missed.TryRemove((@interface, node), out _);

    /// <summary>Forgets all nodes but these, so that it does not grow for ever as nodes come and go.</summary>
    public void Keep(Ranking nodes)
    {
        foreach (var key in _missed.Keys.Where(k => !nodes.Knows(k.Node))) _missed.TryRemove(key, out _);
    }

    private bool IsRemembered(long at) => time.GetElapsedTime(at) < Memory;
}
