using KubeWol.Agent.Capture;
using KubeWol.Agent.Tests.Fakes;

namespace KubeWol.Agent.Tests.Capture;

/// <summary>Interfaces as read from a tree that the test wrote.</summary>
public sealed class SysfsNicsTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Theory]
    [InlineData("enp1s0", null, "device", "Physical")]
    [InlineData("wlp3s0", "DEVTYPE=wlan\n", "device", "Physical")]
    [InlineData("bond0", "DEVTYPE=bond\n", "bonding", "Bond")]
    [InlineData("team0", "DEVTYPE=team\n", null, "Bond")]
    [InlineData("br0", "DEVTYPE=bridge\n", "bridge", "Bridge")]
    [InlineData("eth0.10", "DEVTYPE=vlan\n", null, "Vlan")]
    [InlineData("lo", null, null, "Other")]
    [InlineData("veth0", null, null, "Other")]
    [InlineData("tap0", null, null, "Other")]
    [InlineData("vxlan1", "DEVTYPE=vxlan\n", null, "Other")]
    [InlineData("odd", "DEVTYPE=vlanish\nNOT_DEVTYPE=vlan\n", null, "Other")]
    public void The_kind_is_what_the_kernel_says(string name, string? uevent, string? folder, string kind)
    {
        _sysfs.Add(name, uevent: uevent, folders: folder is null ? [] : [folder]);
        Assert.Equal([new Nic(name, 7, Enum.Parse<NicKind>(kind), IsUp: true)], _sysfs.Nics.List());
    }

    [Theory]
    [InlineData("0x1003\n", true)]
    [InlineData("0x1\n", true)]
    [InlineData("0x1002\n", false)]
    [InlineData("0x0\n", false)]
    [InlineData("4099", true)]
    public void Up_is_a_flag(string flags, bool up)
    {
        _sysfs.Add("eth0", flags: flags);
        Assert.Equal(up, Assert.Single(_sysfs.Nics.List()).IsUp);
    }

    [Theory]
    [InlineData("eth0.10  VID: 10\t REORDER_HDR: 1  dev->priv_flags: 1021\n         total frames received            0\n", 10)]
    [InlineData("vlan4094  VID: 4094\t REORDER_HDR: 1\n", 4094)]
    [InlineData("eth0.0  VID: 0\t REORDER_HDR: 1\n", 0)]
    [InlineData("", null)]
    [InlineData("VID:", null)]
    [InlineData("VID: ten", null)]
    [InlineData("VID: -1", null)]
    public void The_VLAN_is_read_from_the_kernels_table(string file, int? id)
    {
        _sysfs.AddVlan("eth0.10", file);
        Assert.Equal(new Nic("eth0.10", 7, NicKind.Vlan, IsUp: true, id), Assert.Single(_sysfs.Nics.List()));
    }

    [Fact]
    public void A_VLAN_that_the_table_lacks_is_one_all_the_same()
    {
        _sysfs.Add("eth0.10", uevent: "DEVTYPE=vlan\n");
        Assert.Equal(new Nic("eth0.10", 7, NicKind.Vlan, IsUp: true), Assert.Single(_sysfs.Nics.List()));
    }

    [Fact]
    public void A_node_has_many_and_what_is_no_interface_is_passed_over()
    {
        _sysfs.Add("eth0", "2\n", folders: "device");
        _sysfs.Add("lo", "1\n", "0x9\n");
        _sysfs.Add("bond0", "3\n", folders: "bonding");
        File.WriteAllText(Path.Combine(_sysfs.Class, "bonding_masters"), "bond0\n");
        File.CreateSymbolicLink(Path.Combine(_sysfs.Class, "gone"), "../../devices/gone");

        Assert.Equal(["bond0 (Bond)", "eth0 (Physical)", "lo (Other)"], _sysfs.Nics.List().Select(n => $"{n}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "0x1003")]
    [InlineData("seven", "0x1003")]
    [InlineData("-7", "0x1003")]
    [InlineData("99999999999", "0x1003")]
    [InlineData("7", "")]
    [InlineData("7", "0x")]
    [InlineData("7", "0xup")]
    [InlineData("7", "0x123456789")]
    [InlineData("7", null)]
    public void What_cannot_be_understood_is_passed_over(string index, string? flags)
    {
        _sysfs.Add("odd", index, flags);
        _sysfs.Add("eth0");
        Assert.Equal(["eth0"], _sysfs.Nics.List().Select(n => n.Name));
    }

    [Fact]
    public async Task What_vanishes_while_it_is_read_is_passed_over()
    {
        var device = _sysfs.Add("eth0", folders: "device");
        using var listing = new CancellationTokenSource();
        var coming = Task.Run(
            () =>
            {
                while (!listing.IsCancellationRequested)
                {
                    Directory.Move(device, device + "-away");
                    Directory.Move(device + "-away", device);
                }
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < 2_000; i++) Assert.InRange(_sysfs.Nics.List().Count, 0, 1);
        await listing.CancelAsync();
        await coming;
        Assert.Single(_sysfs.Nics.List());
    }
}
