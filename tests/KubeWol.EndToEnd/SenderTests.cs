using KubeWol.Api.V1Alpha1;
using KubeWol.Protocol;

namespace KubeWol.EndToEnd;

/// <summary>Real senders and frames of every format, on the wire: each wakes its machine, with one request however many nodes heard it.</summary>
public sealed class SenderTests(Bed bed)
{
    [Theory]
    [InlineData("wakeonlan MAC", FrameTransport.UDPv4, 9)]
    [InlineData("wakeonlan -p 7 MAC", FrameTransport.UDPv4, 7)]
    [InlineData("wakeonlan -i 10.77.0.255 MAC", FrameTransport.UDPv4, 9)]
    [InlineData("wakeonlan -i 10.77.0.255 -p 40000 MAC", FrameTransport.UDPv4, 40000)]
    [InlineData("etherwake -i eth0 MAC", FrameTransport.Ethernet, null)]
    [InlineData("etherwake -b -i eth0 MAC", FrameTransport.Ethernet, null)]
    [InlineData("etherwake -i eth0 -p 192.168.1.1 MAC", FrameTransport.Ethernet, null)]
    [InlineData("etherwake -b -i eth0 -p 00:22:44:66:88:aa MAC", FrameTransport.Ethernet, null)]
    public async Task A_real_sender_wakes_a_machine(string command, FrameTransport transport, int? port)
    {
        var machine = await bed.CreateMachineAsync($"sent-{Guid.NewGuid():N}");
        await bed.SendAsync(command.Replace("MAC", machine.Mac, StringComparison.Ordinal).Split(' '));

        var request = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.Equal((WakePhase.Succeeded, WakeReason.Started), (request.Status!.Phase, request.Status.Reason));
        Assert.Equal((machine.Namespace, machine.Name), (request.Status.VirtualMachine!.Namespace, request.Status.VirtualMachine.Name));
        Assert.Equal((transport, port), (request.Spec.Frame!.Transport, request.Spec.Frame.DestinationPort));
        Assert.Equal("Running", (await bed.MachineAsync(machine)).Status!.PrintableStatus);
    }

    [Fact]
    public async Task A_real_sender_in_a_VLAN_wakes_a_machine_and_the_VLAN_is_told()
    {
        var machine = await bed.CreateMachineAsync("vlan");
        await bed.SendAsync("etherwake", "-b", "-i", bed.SenderVlan.Name, machine.Mac!);

        var request = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.Equal(WakeReason.Started, request.Status!.Reason);
        Assert.Equal([10], request.Spec.Frame!.Vlans!);
    }

    public static TheoryData<string, WolFrameBuilder, byte[], byte[]> Frames => new()
    {
        { "QinQ", new() { Vlans = [new VlanTag(100, 0x88a8), 20] }, [], [] },
        { "four tags", new() { Vlans = [1, 2, 3, 4] }, [], [] },
        { "0x0842 to a multicast address", new() { Destination = MacAddress.Parse("01:00:5e:00:00:01") }, [], [] },
        { "IPv6 to all nodes", new() { Transport = WolTransport.UdpV6, DestinationIp = IpAddress.Parse("ff02::1") }, [], [] },
        { "IPv6 with a hop-by-hop header", new() { Transport = WolTransport.UdpV6, DestinationIp = IpAddress.Parse("ff02::1"), Ipv6Extensions = [Ipv6Extension.HopByHop] }, [], [] },
        { "Moonlight's port 47998", new() { Transport = WolTransport.UdpV4, DestinationPort = 47998 }, [], [] },
        { "in the middle of a payload", new() { Transport = WolTransport.UdpV4 }, [1, 2, 3, 0xff, 0xff], [] },
        { "with a SecureOn password", new() { Transport = WolTransport.UdpV4 }, [], [1, 2, 3, 4] },
    };

    [Theory]
    [MemberData(nameof(Frames), DisableDiscoveryEnumeration = true)]
    public async Task A_frame_wakes_a_machine(string what, WolFrameBuilder frame, byte[] prefix, byte[] password)
    {
        var machine = await bed.CreateMachineAsync($"framed-{Guid.NewGuid():N}");
        bed.SendFrame(frame.Build(MagicPacket.Build(MacAddress.Parse(machine.Mac!), password, prefix)));

        var request = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.True(request.Status!.Reason == WakeReason.Started, $"{what}: {request.Status.Message}");
    }

    [Fact]
    public async Task Two_packets_in_one_payload_wake_two_machines()
    {
        var (first, second) = (await bed.CreateMachineAsync("first-of-two"), await bed.CreateMachineAsync("second-of-two"));
        bed.SendFrame(new WolFrameBuilder { Transport = WolTransport.UdpV4 }.Build(
            [.. MagicPacket.Build(MacAddress.Parse(first.Mac!)), .. MagicPacket.Build(MacAddress.Parse(second.Mac!))]));

        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(first.Mac!)).Status!.Reason);
        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(second.Mac!)).Status!.Reason);
    }

    [Fact]
    public async Task What_a_node_itself_sends_is_heard_by_the_others()
    {
        var machine = await bed.CreateMachineAsync("from-a-node");
        var node = bed.Network.Node("node-a");
        _ = (await node.Namespace.RunAsync(new("etherwake", "-b", "-i", "eth0", machine.Mac!), TestContext.Current.CancellationToken)).Checked;

        var request = await bed.FinishedRequestForAsync(machine.Mac!);
        Assert.Equal(WakeReason.Started, request.Status!.Reason);
        Assert.NotEqual("node-a", request.Spec.Frame!.Node);
    }

    [Fact]
    public async Task A_hundred_packets_back_to_back_wake_a_hundred_machines()
    {
        var machines = Enumerable.Range(0, 100).Select(i => bed.Machine($"burst-{i:000}")).ToList();
        await bed.Cluster.Kubectl.ApplyAsync(string.Join("---\n", machines), TestContext.Current.CancellationToken);
        foreach (var machine in machines) await bed.WaitForAsync(machine, "Stopped");
        await bed.AgentsKnowAsync(machines);
        using (var sender = bed.Network.Sender.Nic.OpenSender())
        {
            sender.SendBurst([.. machines.Select(m => (ReadOnlyMemory<byte>)new WolFrameBuilder().Build(MagicPacket.Build(MacAddress.Parse(m.Mac!))))]);
        }

        foreach (var machine in machines) Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
    }
}
