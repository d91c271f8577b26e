using System.Diagnostics;
using KubeWol.Api.V1Alpha1;
using KubeWol.TestBed;

namespace KubeWol.Bench.Wakes;

/// <summary>What cannot be done with less: one POST of a WakeRequest, one PUT of the start, by a client that knows everything beforehand.</summary>
internal sealed class Floor(Cluster cluster)
{
    private const int Together = 32;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Between two wakes, so that what goes on after the end of one (Events, caches, KubeVirt's last words) does not slow down the next: it would on one side more than on the other.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    /// <summary>When each machine's turn began.</summary>
    public Dictionary<string, DateTimeOffset> Begun { get; } = [];

    /// <summary>One after the other, each when the one before runs, as the frames come.</summary>
    public async Task WakeAsync(IEnumerable<Target> targets, CancellationToken cancellationToken)
    {
        using var machines = await EndWatch.OfMachinesAsync(cluster.AdminKubeconfig, cancellationToken);
        foreach (var target in targets)
        {
            var runs = machines.EndedAsync(target.Name);
            Begun[target.Name] = TimeProvider.System.GetUtcNow();
            await WakeAsync(target, cancellationToken);
            await runs.WaitAsync(Limit, cancellationToken);
            await Task.Delay(Rest, cancellationToken);
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
        await cluster.Client.CreateAsync(WakeRequest.Type, request, cancellationToken);
        await cluster.Client.SendAsync(HttpMethod.Put, $"/apis/subresources.kubevirt.io/v1/namespaces/{Stage.Machines}/virtualmachines/{target.Name}/start", "{}"u8.ToArray(), null, cancellationToken);
    }
}
