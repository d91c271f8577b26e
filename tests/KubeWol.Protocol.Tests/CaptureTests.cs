namespace KubeWol.Protocol.Tests;

/// <summary>What real senders put on the wire is heard, with every fact right. tests/captures/README.md tells how each was made.</summary>
public sealed class CaptureTests
{
    private const string Plain = "52:54:00:12:34:56//";
    private static readonly MacAddress Sender = MacAddress.Parse("02:00:00:00:00:0a");

    private static readonly Outcome Raw = new(DropReason.None) { SourceMac = Sender, Packets = Plain };
    private static readonly Outcome Udp = Raw with
    {
        Transport = WolTransport.UdpV4,
        SourceIp = IpAddress.Parse("192.0.2.10"),
        DestinationPort = 9,
    };

    private static readonly Dictionary<string, (LinkType Link, Outcome[] Frames)> Recorded = new()
    {
        ["etherwake-unicast"] = (LinkType.Ethernet, [Raw]),
        ["etherwake-broadcast"] = (LinkType.Ethernet, [Raw]),
        ["etherwake-password4"] = (LinkType.Ethernet, [Raw with { Packets = "52:54:00:12:34:56/c0a80101/" }]),
        ["etherwake-password6"] = (LinkType.Ethernet, [Raw with { Packets = "52:54:00:12:34:56/0022446688aa/" }]),
        ["etherwake-vlan"] = (LinkType.Ethernet, [Raw with { Vlans = "10" }]),
        ["etherwake-qinq"] = (LinkType.Ethernet, [Raw with { Vlans = "200,10" }]),
        ["etherwake-cooked"] = (LinkType.LinuxCooked, [Raw]),
        ["etherwake-cooked2"] = (LinkType.LinuxCooked2, [Raw]),
        ["wakeonlan-broadcast"] = (LinkType.Ethernet, [Udp]),
        ["wakeonlan-broadcast-port7"] = (LinkType.Ethernet, [Udp with { DestinationPort = 7 }]),
        ["wakeonlan-subnet"] = (LinkType.Ethernet, [Udp]),
        ["wakeonlan-subnet-port7"] = (LinkType.Ethernet, [Udp with { DestinationPort = 7 }]),
        ["wakeonlan-unicast"] = (LinkType.Ethernet, [Udp]),
        ["wakeonlan-unicast-port7"] = (LinkType.Ethernet, [Udp with { DestinationPort = 7 }]),
        ["wakeonlan-two-machines"] = (LinkType.Ethernet, [Udp, Udp with { Packets = "52:54:00:ab:cd:ef//" }]),
        ["wakeonlan-offloaded"] = (LinkType.Ethernet, [Udp]),
        ["wakeonlan-cooked"] = (LinkType.LinuxCooked, [Udp]),
        ["wakeonlan-cooked2"] = (LinkType.LinuxCooked2, [Udp]),
        ["nmap-broadcast"] = (LinkType.Ethernet, [Udp, Udp]),
        ["gwakeonlan-broadcast"] = (LinkType.Ethernet, [.. Enumerable.Repeat(Udp, 10)]),
    };

    public static TheoryData<string> RecordedNames => [.. Recorded.Keys];

    public static TheoryData<string> BuiltNames => [.. Captures.Built.Keys];

    [Theory]
    [MemberData(nameof(RecordedNames))]
    public void A_real_sender_is_heard(string name)
    {
        var capture = Captures.Read(name);
        Assert.Equal(Recorded[name].Link, capture.Link);
        Assert.Equal(Recorded[name].Frames, capture.Frames.Select(frame => Outcome.Of(capture.Link, frame)));
    }

    [Fact]
    public void Every_committed_capture_has_its_expectation() =>
        Assert.Equal(Recorded.Keys.Concat(Captures.Built.Keys).Order(), Captures.Names);

    [Theory]
    [MemberData(nameof(BuiltNames))]
    public void A_built_capture_is_what_the_builder_makes_today(string name)
    {
        var bytes = Captures.Built[name].Write();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") Captures.Write(name, bytes);
        else Assert.Equal(bytes, Captures.ReadBytes(name));
    }
}
