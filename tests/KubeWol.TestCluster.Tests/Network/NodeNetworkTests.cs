using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using KubeWol.TestCluster.Network;
using KubeWol.TestCluster.Processes;

namespace KubeWol.TestCluster.Tests.Network;

/// <summary>The LAN of namespaces.</summary>
public sealed class NodeNetworkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly string[] TwoNodes = ["node-a", "node-b"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_network_comes_and_goes_and_the_machines_own_is_not_touched()
    {
        var before = DevicesOutHere();
        string[] namespaces;
        await using (var network = await NodeNetwork.CreateAsync(TwoNodes, Cancel))
        {
            namespaces = [.. network.Nodes.Append(network.Sender).Select(host => host.Namespace.Name)];
            Assert.All(namespaces, name => Assert.True(File.Exists($"/run/netns/{name}")));
            Assert.Equal(before, DevicesOutHere());
            Assert.Equal(["eth0", "lo"], await DevicesAsync(network.Node("node-a")));
        }
        Assert.All(namespaces, name => Assert.False(File.Exists($"/run/netns/{name}")));
        Assert.Equal(before, DevicesOutHere());
    }

    [Fact]
    public async Task Two_networks_side_by_side_know_nothing_of_each_other()
    {
        await using var one = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        await using var other = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        using var elsewhere = other.Node("node-a").Nic.OpenReceiver();
        using var here = one.Node("node-a").Nic.OpenReceiver();
        using var sender = one.Sender.Nic.OpenSender();

        sender.Send(Frames.Broadcast(one.Sender.Nic.Mac, "for this LAN only"));

        await here.WaitForAsync(frame => frame.Says("for this LAN only"), Patience, Cancel);
        Assert.DoesNotContain(elsewhere.Frames, frame => frame.Says("for this LAN only"));
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public async Task Hosts_reach_each_other_over_IP_on_the_LAN_and_on_a_VLAN(AddressFamily family)
    {
        await using var network = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        var node = network.Node("node-b");
        var there = await node.AddVlanAsync(node.Nic, 10, Cancel);
        var here = await network.Sender.AddVlanAsync(network.Sender.Nic, 10, Cancel);

        Assert.Equal(network.Sender.Nic.IPv4, await AskWhoAsync(network.Sender, node, node.Nic));
        Assert.Equal(family == AddressFamily.InterNetwork ? here.IPv4 : here.IPv6, await AskWhoAsync(network.Sender, node, there, family));
    }

    [Fact]
    public async Task A_limited_broadcast_leaves_the_sender()
    {
        await using var network = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        using var receiver = network.Node("node-a").Nic.OpenReceiver();
        using var socket = network.Sender.Namespace.CreateSocket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.EnableBroadcast = true;

        await socket.SendToAsync(Encoding.ASCII.GetBytes("to all of you"), new IPEndPoint(IPAddress.Broadcast, 9), Cancel);

        var frame = await receiver.WaitForAsync(frame => frame.Says("to all of you"), Patience, Cancel);
        Assert.Equal("FFFFFFFFFFFF", Convert.ToHexString(frame.AsSpan(0, 6)));
    }

    [Fact]
    public async Task Devices_are_added_renamed_downed_unplugged_and_removed_as_the_host_runs()
    {
        await using var network = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        var node = network.Node("node-a");

        var nic = await node.AddNicAsync("eth1", Cancel);
        Assert.Equal(["eth0", "eth1", "lo"], await DevicesAsync(node));
        await WaitUntilAsync(node, "eth1", up: true);

        await nic.RenameAsync("lan0", Cancel);
        Assert.Equal("lan0", nic.Name);
        Assert.Equal(["eth0", "lan0", "lo"], await DevicesAsync(node));

        await nic.SetCarrierAsync(false, Cancel);
        await WaitUntilAsync(node, "lan0", up: false);
        await nic.SetCarrierAsync(true, Cancel);
        await WaitUntilAsync(node, "lan0", up: true);
        await nic.SetUpAsync(false, Cancel);
        await WaitUntilAsync(node, "lan0", up: false);

        await nic.RemoveAsync(Cancel);
        Assert.Equal(["eth0", "lo"], await DevicesAsync(node));
    }

    [Fact]
    public async Task A_bond_receives_on_whichever_member_has_a_cable()
    {
        await using var network = await NodeNetwork.CreateAsync(TwoNodes, Cancel);
        Assert.SkipUnless(await network.Sender.CanBondAsync(Cancel), "This kernel has no bonding driver.");
        var bond = await network.Node("node-a").AddBondAsync("bond0", ["eno1", "eno2"], Cancel);
        using var receiver = bond.Nic.OpenReceiver();
        using var sender = network.Sender.Nic.OpenSender();

        await SendUntilReceivedAsync("on the first");
        await bond.Members[0].SetCarrierAsync(false, Cancel);
        await SendUntilReceivedAsync("on the second");

        // Each member takes its time to be noticed, so one frame may come too early.
        Task SendUntilReceivedAsync(string text) => Eventually.BecomesTrueAsync($"the bond receives {text}", () =>
        {
            sender.Send(Frames.Broadcast(network.Sender.Nic.Mac, text));
            return receiver.Frames.Any(frame => frame.Says(text));
        }, Cancel);
    }

    private static string[] DevicesOutHere() => [.. NetworkInterface.GetAllNetworkInterfaces().Select(device => device.Name).Order()];

    private static async Task<string[]> DevicesAsync(NetworkHost host) =>
        (await host.Namespace.RunAsync(new ProcessSpec("ls", "/sys/class/net"), Cancel)).Checked
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(name => name != "bonding_masters").ToArray();

    private static Task WaitUntilAsync(NetworkHost host, string device, bool up) => Eventually.BecomesTrueAsync(
        $"{device} is {(up ? "up" : "not up")}",
        async () => (await host.Namespace.RunAsync(new ProcessSpec("cat", $"/sys/class/net/{device}/operstate"), Cancel)).Checked.Trim() == "up" == up,
        Cancel);

    /// <summary>Sends a datagram to a NIC of a host and returns the address it says it came from.</summary>
    private static async Task<IPAddress> AskWhoAsync(NetworkHost from, NetworkHost to, Nic nic, AddressFamily family = AddressFamily.InterNetwork)
    {
        using var server = to.Namespace.CreateSocket(family, SocketType.Dgram, ProtocolType.Udp);
        var any = family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any;
        server.Bind(new IPEndPoint(any, 0));
        using var client = from.Namespace.CreateSocket(family, SocketType.Dgram, ProtocolType.Udp);
        var target = new IPEndPoint((family == AddressFamily.InterNetwork ? nic.IPv4 : nic.IPv6)!, ((IPEndPoint)server.LocalEndPoint!).Port);
        await client.SendToAsync(new byte[1], target, Cancel);
        var received = await server.ReceiveFromAsync(new byte[1], new IPEndPoint(any, 0), Cancel).AsTask().WaitAsync(Patience, Cancel);
        return ((IPEndPoint)received.RemoteEndPoint).Address;
    }
}
