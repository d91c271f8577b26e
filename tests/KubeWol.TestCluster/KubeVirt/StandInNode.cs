namespace KubeWol.TestCluster.KubeVirt;

/// <summary>A node that takes instances. Its <c>kubernetes.io/hostname</c> label is its name, whatever <paramref name="Labels"/> say.</summary>
public sealed record StandInNode(string Name, IReadOnlyDictionary<string, string>? Labels = null)
{
    internal bool Fits(params IEnumerable<KeyValuePair<string, string>> selector) =>
        selector.All(wanted => wanted.Key == "kubernetes.io/hostname" ? wanted.Value == Name : Labels?.GetValueOrDefault(wanted.Key) == wanted.Value);
}
