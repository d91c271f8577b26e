using System.Globalization;
using KubeWol.TestCluster.Network;

namespace KubeWol.TestCluster.Tests.Network;

/// <summary>Raw frames across the bridge.</summary>
public sealed class RawFrameTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private NodeNetwork _network = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _network = await NodeNetwork.CreateAsync(["node-a"], Cancel);

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Theory]
    [InlineData("untagged", "")]
    [InlineData("VLAN 10", "8100000A")]
    [InlineData("VLAN 10, priority 7", "8100E00A")]
    [InlineData("QinQ", "88A800648100000A")]
    [InlineData("QinQ of old", "910000648100000A")]
    [InlineData("three tags", "88A80001810000028100000A")]
    public async Task A_frame_arrives_bit_for_bit(string what, string tags)
    {
        var frame = Frames.Broadcast(_network.Sender.Nic.Mac, what, Convert.FromHexString(tags));
        using var receiver = _network.Node("node-a").Nic.OpenReceiver();
        using var sender = _network.Sender.Nic.OpenSender();

        sender.Send(frame);

        Assert.Equal(frame, await receiver.WaitForAsync(received => received.Says(what), Patience, Cancel));
    }

    [Fact]
    public async Task A_tagged_frame_reaches_the_VLAN_device_without_its_tag()
    {
        var node = _network.Node("node-a");
        var vlan = await node.AddVlanAsync(node.Nic, 10, Cancel);
        using var receiver = vlan.OpenReceiver();
        using var sender = _network.Sender.Nic.OpenSender();

        sender.Send(Frames.Broadcast(_network.Sender.Nic.Mac, "for VLAN 11", [0x81, 0, 0, 11]));
        sender.Send(Frames.Broadcast(_network.Sender.Nic.Mac, "for VLAN 10", [0x81, 0, 0, 10]));

        var received = await receiver.WaitForAsync(frame => frame.Says("for VLAN 10"), Patience, Cancel);
        Assert.Equal(Frames.Broadcast(_network.Sender.Nic.Mac, "for VLAN 10"), received);
        Assert.DoesNotContain(receiver.Frames, frame => frame.Says("for VLAN 11"));
    }

    [Fact]
    public async Task What_goes_out_of_a_VLAN_device_is_tagged_on_the_wire()
    {
        var vlan = await _network.Sender.AddVlanAsync(_network.Sender.Nic, 10, Cancel);
        using var receiver = _network.Node("node-a").Nic.OpenReceiver();
        using var sender = vlan.OpenSender();

        sender.Send(Frames.Broadcast(vlan.Mac, "from VLAN 10"));

        var received = await receiver.WaitForAsync(frame => frame.Says("from VLAN 10"), Patience, Cancel);
        Assert.Equal(Frames.Broadcast(vlan.Mac, "from VLAN 10", [0x81, 0, 0, 10]), received);
    }

    [Fact]
    public async Task A_burst_of_5000_frames_arrives_whole_and_in_order()
    {
        var mac = _network.Sender.Nic.Mac;
        var burst = Enumerable.Range(0, 5000).Select(i => (ReadOnlyMemory<byte>)Frames.Broadcast(mac, i.ToString("'burst' 0000", CultureInfo.InvariantCulture))).ToList();
        using var receiver = _network.Node("node-a").Nic.OpenReceiver();
        using var sender = _network.Sender.Nic.OpenSender();

        sender.SendBurst(burst);

        await receiver.WaitForAsync(frame => frame.Says("burst 4999"), Patience, Cancel);
        Assert.Equal(burst.Select(frame => frame.ToArray()), receiver.Frames.Where(frame => frame.Says("burst ")));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named()
    {
        var nic = _network.Sender.Nic;
        await nic.RemoveAsync(Cancel);

        Assert.Contains("eth0", Assert.Throws<TestClusterException>(nic.OpenSender).Message, StringComparison.Ordinal);
    }
}
