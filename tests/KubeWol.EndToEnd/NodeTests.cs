using KubeWol.Api.V1Alpha1;
using KubeWol.TestCluster;

namespace KubeWol.EndToEnd;

/// <summary>Interfaces and nodes that come and go.</summary>
public sealed class NodeTests(Bed bed)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_NIC_that_is_plugged_in_later_is_listened_on_and_so_is_one_that_comes_back()
    {
        var node = bed.Network.Node("node-c");
        var agent = bed.Agents[2];
        for (var round = 0; round < 2; round++)
        {
            var nic = await node.AddNicAsync("eth7", Cancel);
            await InterfacesAsync(2);
            await nic.RemoveAsync(Cancel);
            await InterfacesAsync(1);
        }

        Task InterfacesAsync(int count) => Eventually.BecomesTrueAsync(
            $"{count} interfaces are listened on", async () => await agent.MetricAsync("kubewol_agent_interfaces", Cancel) == count, Cancel);
    }

    [Fact]
    public async Task A_node_that_hears_a_frame_on_two_NICs_brings_it_once()
    {
        var node = bed.Network.Node("node-b");
        var agent = bed.Agents[1];
        var nic = await node.AddNicAsync("eth8", Cancel);
        await Eventually.BecomesTrueAsync("both are listened on", async () => await agent.MetricAsync("kubewol_agent_interfaces", Cancel) == 2, Cancel);
        var repeated = await agent.MetricAsync("kubewol_agent_frames_total{result=\"Repeated\"}", Cancel);
        var machine = await bed.CreateMachineAsync("heard-twice");
        await bed.SendAsync("wakeonlan", machine.Mac!);

        Assert.Equal(WakeReason.Started, (await bed.FinishedRequestForAsync(machine.Mac!)).Status!.Reason);
        await Eventually.BecomesTrueAsync("the repetition is counted", async () => await agent.MetricAsync("kubewol_agent_frames_total{result=\"Repeated\"}", Cancel) == repeated + 1, Cancel);
        await nic.RemoveAsync(Cancel);
        await Eventually.BecomesTrueAsync("one is listened on", async () => await agent.MetricAsync("kubewol_agent_interfaces", Cancel) == 1, Cancel);
    }
}
