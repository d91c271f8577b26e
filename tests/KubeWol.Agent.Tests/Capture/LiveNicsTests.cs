using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.TestCluster.Processes;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>Interfaces as a real kernel shows them.</summary>
public sealed class LiveNicsTests(LiveNode node) : IClassFixture<LiveNode>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kinds_flags_and_indexes_are_those_of_the_kernel()
    {
        await node.IpAsync("link add br1 type bridge");
        await node.IpAsync("link add veth1 type veth peer name veth2");
        await node.IpAsync("link set veth1 up");

        Assert.Equal((NicKind.Other, true), Facts("lo"));
        Assert.Equal((NicKind.Other, true), Facts("eth0")); // a veth
        Assert.Equal((NicKind.Bridge, false), Facts("br1"));
        Assert.Equal((NicKind.Other, true), Facts("veth1"));
        await node.IpAsync("link set br1 up");
        Assert.Equal((NicKind.Bridge, true), Facts("br1"));
        Assert.Contains($"\n{node.Nic("veth1").Index}: veth1@veth2", (await node.Namespace.RunAsync(new ProcessSpec("ip", "-oneline", "link"), Cancel)).Checked, StringComparison.Ordinal);

        var before = node.Nic("veth1").Index;
        await node.IpAsync("link delete veth1");
        Assert.DoesNotContain(node.Nics.List(), n => n.Name == "veth1");
        await node.IpAsync("link add veth1 type veth peer name veth2");
        Assert.NotEqual(before, node.Nic("veth1").Index);
    }

    [Fact]
    public async Task A_bond_is_a_bond()
    {
        Assert.SkipUnless(await node.Host.CanBondAsync(Cancel), "This kernel has no bonding driver; a written tree stands in for it (SysfsNicsTests).");
        await node.Host.AddBondAsync("bond0", ["eno1", "eno2"], Cancel);
        Assert.Equal((NicKind.Bond, true), Facts("bond0"));
    }

    [Fact]
    public async Task A_VLAN_says_which()
    {
        var vlan = await node.Host.AddVlanAsync(node.Host.Nic, 10, Cancel);
        Assert.SkipWhen(vlan.IsEmulated, "This kernel has no 802.1Q; a written tree stands in for it (SysfsNicsTests).");
        Assert.Equal(10, node.Nic(vlan.Name).VlanId);
        Assert.Equal((NicKind.Vlan, true), Facts(vlan.Name));
    }

    [Fact]
    public async Task Interfaces_that_come_and_go_at_every_moment_disturb_nobody()
    {
        var commands = string.Concat(Enumerable.Repeat("link add flicker type bridge\nlink delete flicker\n", 25));
        var flickering = Command.RunAsync(new ProcessSpec("ip", "-n", node.Namespace.Name, "-batch", "-"), commands, Cancel);
        while (!flickering.IsCompleted) Assert.Contains(node.Nics.List(), n => n.Name == "eth0");
        _ = (await flickering).Checked;
    }

    private (NicKind Kind, bool IsUp) Facts(string name) => (node.Nic(name).Kind, node.Nic(name).IsUp);
}
