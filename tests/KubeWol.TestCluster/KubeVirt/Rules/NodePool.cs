namespace KubeWol.TestCluster.KubeVirt.Rules;

/// <summary>The scheduler: round robin over the nodes that fit.</summary>
internal sealed class NodePool(IReadOnlyList<StandInNode> nodes)
{
    private int _turn = -1;

    /// <summary>The next node that fits the <paramref name="selectors"/> and is not <paramref name="except"/>; null if there is none.</summary>
    public string? Pick(string? except, params IEnumerable<IReadOnlyDictionary<string, string>?> selectors)
    {
        var wanted = selectors.SelectMany(s => s ?? new Dictionary<string, string>()).ToList();
        var fitting = nodes.Where(n => n.Name != except && n.Fits(wanted)).ToList();
        return fitting.Count == 0 ? null : fitting[(int)((uint)Interlocked.Increment(ref _turn) % (uint)fitting.Count)].Name;
    }
}
