using System.Diagnostics;
using KubeWol.Api.V1Alpha1;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestBed;

namespace KubeWol.Bench.Wakes;

/// <summary>What cannot be done with less: one POST of a WakeRequest, one PUT of the start, by a client that knows everything beforehand.</summary>
internal sealed class Floor(ClusterClient client)
{
    private const int Together = 32;

    /// <summary>When each machine's turn began.</summary>
    public Dictionary<string, DateTimeOffset> Begun { get; } = [];

    /// <summary>One after the other, as the frames come.</summary>
    public async Task WakeAsync(IEnumerable<Target> targets, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            Begun[target.Name] = TimeProvider.System.GetUtcNow();
            await WakeAsync(target, cancellationToken);
        }
    }

    /// <summary>As many at once as helps; returns how many a second.</summary>
    public async Task<double> WakeTogetherAsync(IReadOnlyCollection<Target> targets, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(targets, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken }, async (t, token) => await WakeAsync(t, token));
        return targets.Count / watch.Elapsed.TotalSeconds;
    }

    private async Task WakeAsync(Target target, CancellationToken cancellationToken)
    {
        var request = new WakeRequest
        {
            Metadata = new() { Namespace = Installation.Namespace, Name = $"floor-{target.Name}" },
            Spec = new() { Action = WakeAction.Wake, Target = new() { MacAddress = target.Mac.ToString() } },
        };
        await client.CreateAsync(WakeRequest.Type, request, cancellationToken);
        await client.SendAsync(HttpMethod.Put, $"/apis/subresources.kubevirt.io/v1/namespaces/{Stage.Machines}/virtualmachines/{target.Name}/start", "{}"u8.ToArray(), null, cancellationToken);
    }
}
