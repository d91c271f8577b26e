using KubeWol.Agent.Capture;

namespace KubeWol.Agent.Tests.Capture;

public sealed class NicSelectionTests
{
    [Theory]
    [InlineData("eth0", "Physical", true)]
    [InlineData("wlp3s0", "Physical", true)]
    [InlineData("enx00e04c680001", "Physical", true)]
    [InlineData("bond0", "Bond", true)]
    [InlineData("team0", "Bond", true)]
    [InlineData("br0", "Bridge", true)]
    [InlineData("vmbr0", "Bridge", true)]
    [InlineData("br-lan", "Bridge", true)]
    [InlineData("br-ex", "Bridge", true)]
    [InlineData("bond0.10", "Vlan", true)]
    [InlineData("lo", "Other", false)]
    [InlineData("tap0", "Other", false)]
    [InlineData("veth1a2b3c4d", "Other", false)]
    [InlineData("wg0", "Other", false)]
    [InlineData("cali0123456789a", "Other", false)]
    [InlineData("flannel.1", "Other", false)]
    [InlineData("dummy0", "Other", false)]
    public void Without_a_wish_it_is_what_is_on_the_LAN(string name, string kind, bool wanted) =>
        Assert.Equal(wanted, new NicSelection([], []).Wants(Nic(name, kind)));

    /// <summary>Names as container networks and hypervisors give them, to devices that would be wanted under another name.</summary>
    [Theory]
    [InlineData("cni0")]
    [InlineData("cbr0")]
    [InlineData("docker0")]
    [InlineData("docker_gwbridge")]
    [InlineData("br-0123456789ab")]
    [InlineData("podman1")]
    [InlineData("flannel.1")]
    [InlineData("cilium_host")]
    [InlineData("lxcbr0")]
    [InlineData("lxdbr0")]
    [InlineData("cali0123456789a")]
    [InlineData("virbr0")]
    [InlineData("kube-bridge")]
    [InlineData("kube-ipvs0")]
    [InlineData("nodelocaldns")]
    [InlineData("k6t-net1")]
    [InlineData("ovs-system")]
    [InlineData("ovn-k8s-mp0")]
    [InlineData("weave")]
    public void Without_a_wish_nothing_on_the_pods_side_is_listened_on(string name)
    {
        var selection = new NicSelection([], []);
        Assert.All(Enum.GetValues<NicKind>(), kind => Assert.False(selection.Wants(new(name, 1, kind, IsUp: true)), $"{kind}"));
    }

    [Theory]
    [InlineData("eth0", "eth0", true)]
    [InlineData("eth0", "eth1", false)]
    [InlineData("eth0", "eth0.10", false)]
    [InlineData("eth0", "ETH0", false)]
    [InlineData("eth*", "eth0.10", true)]
    [InlineData("eth?", "eth0", true)]
    [InlineData("eth?", "eth10", false)]
    [InlineData("*", "lo", true)]
    [InlineData("en*0", "enp5s0", true)]
    [InlineData("eth0 bond*", "bond1", true)]
    [InlineData("eth0 bond*", "eth1", false)]
    [InlineData("docker0", "docker0", true)]
    [InlineData("veth*", "veth1a2b3c4d", true)]
    public void A_wish_takes_the_place_of_the_default_choice_whatever_the_kind(string included, string name, bool wanted)
    {
        var selection = new NicSelection(included.Split(' '), []);
        Assert.All(Enum.GetValues<NicKind>(), kind => Assert.Equal(wanted, selection.Wants(new(name, 1, kind, IsUp: true))));
    }

    [Theory]
    [InlineData("", "eth1", "eth0", true)]
    [InlineData("", "eth1", "eth1", false)]
    [InlineData("", "*", "eth0", false)]
    [InlineData("eth*", "eth1", "eth0", true)]
    [InlineData("eth*", "eth1", "eth1", false)]
    [InlineData("eth*", "*.10 *.20", "eth0.20", false)]
    [InlineData("eth1", "eth1", "eth1", false)]
    public void What_is_excluded_is_never_listened_on(string included, string excluded, string name, bool wanted)
    {
        var selection = new NicSelection(included.Split(' ', StringSplitOptions.RemoveEmptyEntries), excluded.Split(' '));
        Assert.Equal(wanted, selection.Wants(Nic(name, "Physical")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("eth0")]
    [InlineData("*")]
    public void What_is_switched_off_is_not_listened_on(string included)
    {
        var selection = new NicSelection(included.Split(' ', StringSplitOptions.RemoveEmptyEntries), []);
        var nic = Nic("eth0", "Physical");
        Assert.True(selection.Wants(nic));
        Assert.False(selection.Wants(nic with { IsUp = false }));
    }

    [Fact]
    public void Names_are_the_wishes_without_a_wildcard() =>
        Assert.Equal(["eth0", "bond0.10"], new NicSelection(["eth0", "en*", "bond0.10", "eth?"], ["eth9"]).Names);

    [Theory]
    [InlineData("", "physical interfaces, bonds, bridges and VLANs")]
    [InlineData("eth0 en*", "eth0, en*")]
    public void It_says_in_words_what_it_looks_for(string included, string words) =>
        Assert.Equal(words, $"{new NicSelection(included.Split(' ', StringSplitOptions.RemoveEmptyEntries), [])}");

    private static Nic Nic(string name, string kind) => new(name, 1, Enum.Parse<NicKind>(kind), IsUp: true);
}
