using System.Collections.Concurrent;

namespace KubeWol.TestCluster.KubeVirt;

/// <summary>All verbs that the stand-in accepted, in the order of its answers: a witness of its own beside the API server's store.</summary>
public sealed class KubeVirtJournal
{
    private readonly ConcurrentQueue<KubeVirtCall> _calls = new();

    public IReadOnlyList<KubeVirtCall> Calls => [.. _calls];

    internal void Add(KubeVirtCall call) => _calls.Enqueue(call);
}
