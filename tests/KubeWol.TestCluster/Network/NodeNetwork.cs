namespace KubeWol.TestCluster.Network;

/// <summary>
/// A LAN of its own: nodes and a sender, each a network namespace with a NIC eth0, on one bridge, which lives in a namespace too.
/// The machine's own network is not touched.
/// </summary>
public sealed class NodeNetwork : IAsyncDisposable
{
    internal const string Bridge = "br0";

    private readonly string _prefix = OwnedName.Next();
    private readonly List<NetworkHost> _hosts = [];
    private readonly List<NetworkHost> _senders = [];

    private NodeNetwork()
    {
    }

    public IEnumerable<NetworkHost> Nodes => _hosts.Except(_senders);

    /// <summary>A machine on the LAN that is not a node: whoever sends the frames.</summary>
    public NetworkHost Sender => _senders[0];

    internal NetworkNamespace Lan { get; private set; } = null!;

    public static async Task<NodeNetwork> CreateAsync(IEnumerable<string> nodes, CancellationToken cancellationToken)
    {
        await NetworkNamespace.DeleteOrphansAsync(cancellationToken);
        var network = new NodeNetwork();
        try
        {
            network.Lan = await NetworkNamespace.CreateAsync($"{network._prefix}-lan", cancellationToken);
            // Without snooping a multicast frame reaches every port, as on a plain switch.
            await network.Lan.IpAsync([$"link add {Bridge} type bridge mcast_snooping 0", $"link set {Bridge} up"], cancellationToken);
            foreach (var node in nodes) await network.AddHostAsync(node, cancellationToken);
            await network.AddSenderAsync("sender", cancellationToken);
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public NetworkHost Node(string name) => Nodes.First(node => node.Name == name);

    /// <summary>Another machine on the LAN that is not a node.</summary>
    public async Task<NetworkHost> AddSenderAsync(string name, CancellationToken cancellationToken)
    {
        var host = await AddHostAsync(name, cancellationToken);
        _senders.Add(host);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.StopAsync();
        if (Lan is not null) await Lan.DisposeAsync();
    }

    private async Task<NetworkHost> AddHostAsync(string name, CancellationToken cancellationToken)
    {
        var host = new NetworkHost(this, name, _hosts.Count + 1, await NetworkNamespace.CreateAsync($"{_prefix}-{name}", cancellationToken));
        _hosts.Add(host);
        await host.StartAsync(cancellationToken);
        return host;
    }
}
