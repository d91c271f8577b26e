using KubeWol.Protocol;
using KubeWol.TestBed;
using KubeWol.TestCluster;
using KubeWol.TestCluster.Network;

namespace KubeWol.Cli.Tests.Genuine;

/// <summary>An agent on node-a that listens on a network, with a way to its pages; node-b has none.</summary>
public sealed class ListeningAgent(CliBed bed) : IAsyncLifetime
{
    private NodeNetwork _network = null!;
    private KubeletDoor? _door;
    private RunningProgram _agent = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Leads to the cluster, and to the pages of the agent.</summary>
    public string Kubeconfig => _door!.Kubeconfig;

    public async ValueTask InitializeAsync()
    {
        await bed.StartAsync();
        _network = await NodeNetwork.CreateAsync(["node-a", "node-b"], Cancel);
        _agent = await bed.Installation.StartAgentAsync(_network.Node("node-a"), ["--interface", "eth*"], waitUntilReady: true, Cancel);
        _door = await KubeletDoor.OpenAsync(bed.Cluster, pod => pod == "kubewol-agent-node-a" ? _network.Node("node-a").Namespace : null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_door is not null) await _door.DisposeAsync();
        if (_network is not null) await _network.DisposeAsync(); // the agent goes with the installation
    }

    /// <summary>A plain packet from the machine that is no node.</summary>
    public void Send(MacAddress target)
    {
        using var sender = _network.Sender.Nic.OpenSender();
        sender.Send(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(MagicPacket.Build(target)));
    }

    /// <summary>Waits until the agent knows which addresses machines have.</summary>
    public Task KnowsAsync() => Eventually.BecomesTrueAsync("the agent knows the addresses", async () => await _agent.MetricAsync("kubewol_agent_index_known", Cancel) == 1, Cancel);
}
