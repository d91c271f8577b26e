using System.Net;
using System.Text.Json.Nodes;
using KubeWol.Api.KubeVirt;
using KubeWol.ControllerRuntime.Cluster;
using KubeWol.TestBed;
using KubeWol.TestCluster;

namespace KubeWol.Bench;

/// <summary>Machines that are off, up to a hundred thousand: the first is made by the API, all others are copies of it in the store.</summary>
internal sealed class StoppedMachines(Cluster cluster) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly EtcdStore _store = new(cluster.Server!.EtcdAddress);
    private Target? _pattern;
    private string _document = "";
    private int _count;

    /// <summary>Makes more of them, and returns once the API server knows all.</summary>
    public async Task AddAsync(IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        if (_pattern is null) await CreateFirstAsync(_pattern = targets[0], cancellationToken);
        await _store.PutAsync(targets.Where(t => t != _pattern).Select(t => (KeyOf(t), Copy(t))), cancellationToken);
        _count += targets.Count;
        await Eventually.BecomesTrueAsync($"the API server has {_count} machines", Limit, () => AreKnownAsync(cancellationToken), cancellationToken);
    }

    public void Dispose() => _store.Dispose();

    private async Task CreateFirstAsync(Target first, CancellationToken cancellationToken)
    {
        await cluster.ApplyAsync(new MachineManifest(Stage.Machines, first.Name) { Mac = first.Mac.ToString() }, cancellationToken);
        await Eventually.BecomesTrueAsync("the first machine is stopped", async () =>
            await cluster.MachineAsync(new(Stage.Machines, first.Name), cancellationToken) is { Status.PrintableStatus: "Stopped" }, cancellationToken);
        _document = await _store.GetAsync(KeyOf(first), cancellationToken);
    }

    private static string KeyOf(Target target) => $"/registry/{VirtualMachine.Type.Group}/virtualmachines/{Stage.Machines}/{target.Name}";

    /// <summary>Another machine like the first, with a name, an identity and an address of its own.</summary>
    private string Copy(Target target)
    {
        var uid = (string)JsonNode.Parse(_document)!["metadata"]!["uid"]!;
        return _document.Replace(uid, $"{Guid.NewGuid()}", StringComparison.Ordinal).Replace(_pattern!.Name, target.Name, StringComparison.Ordinal)
            .Replace($"{_pattern.Mac}", $"{target.Mac}", StringComparison.Ordinal);
    }

    /// <summary>Whether the API server has all of them, in its own memory too: those that were put into its store behind its back take it a while.</summary>
    private async Task<bool> AreKnownAsync(CancellationToken cancellationToken)
    {
        var path = VirtualMachine.Type.Path(Stage.Machines);
        var page = JsonNode.Parse(await cluster.Client.SendAsync(HttpMethod.Get, $"{path}?limit=1", null, null, cancellationToken))!;
        if (page["items"]!.AsArray().Count + ((long?)page["metadata"]!["remainingItemCount"] ?? 0) != _count) return false;
        try
        {
            var known = $"fieldSelector=metadata.name={_pattern!.Name}&resourceVersionMatch=NotOlderThan&resourceVersion={page["metadata"]!["resourceVersion"]}";
            await cluster.Client.SendAsync(HttpMethod.Get, $"{path}?{known}", null, null, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.StatusCode == HttpStatusCode.GatewayTimeout)
        {
            return false; // "Too large resource version": it has not read so far
        }
    }
}
