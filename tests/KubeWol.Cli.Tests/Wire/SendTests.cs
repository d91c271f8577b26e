using System.Security.Cryptography;
using KubeWol.Api.V1Alpha1;
using KubeWol.Proofs;
using KubeWol.Protocol;
using KubeWol.TestBed;

namespace KubeWol.Cli.Tests.Wire;

/// <summary>What leaves the machine, caught on another one and read by the parser that agents use.</summary>
public sealed class SendTests(Sender sender) : IClassFixture<Sender>
{
    private const string Mac = "52:54:00:12:34:56";
    private static readonly MacAddress Target = MacAddress.Parse(Mac);

    [Theory]
    [InlineData("", WolTransport.UdpV4, 9, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--port 7", WolTransport.UdpV4, 7, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--interface eth0", WolTransport.UdpV4, 9, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--to 10.77.0.255 --port 40000", WolTransport.UdpV4, 40000, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--ipv6", WolTransport.UdpV6, 9, "33:33:00:00:00:01")]
    [InlineData("--to ff02::1 --port 7 --interface eth0", WolTransport.UdpV6, 7, "33:33:00:00:00:01")]
    [InlineData("--raw", WolTransport.Ethernet, 0, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--raw --interface eth0 --to-mac 01:00:5e:00:00:09", WolTransport.Ethernet, 0, "01:00:5e:00:00:09")]
    [InlineData("--vlan 10", WolTransport.UdpV4, 9, "ff:ff:ff:ff:ff:ff")]
    [InlineData("--vlan 10 --ipv6", WolTransport.UdpV6, 9, "33:33:00:00:00:01")]
    [InlineData("--raw --vlan 10,20", WolTransport.Ethernet, 0, "ff:ff:ff:ff:ff:ff")]
    public async Task A_frame_of_every_kind_arrives(string options, WolTransport transport, int port, string destination)
    {
        var bytes = await sender.HearAsync(Target, ["send", Mac, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Parse("7,9,40000"), out var frame, out var reason), $"{reason}");
        Assert.Equal((transport, port, MacAddress.Parse(destination)), (frame.Transport, (int)frame.DestinationPort, new MacAddress(bytes.AsSpan(0, MacAddress.Size))));
        Assert.Equal(new MacAddress(sender.Host.Nic.Mac.GetAddressBytes()), frame.SourceMac);
        Assert.Equal(options.Contains("10,20", StringComparison.Ordinal) ? [10, 20] : options.Contains("--vlan", StringComparison.Ordinal) ? [10] : Array.Empty<int>(), Vlans(frame));
        if (transport == WolTransport.UdpV4) Assert.Equal(IpAddress.Parse(sender.Host.Nic.IPv4!.ToString()), frame.SourceIp);
        foreach (var packet in frame.Packets) Assert.True(packet is { Problem: DropReason.None, Password.Length: 0, Command.Length: 0 } && packet.Target == Target);
    }

    [Theory]
    [InlineData("5a:17:c3:09:e4:61", "5a17c309e461")]
    [InlineData("192.168.1.1", "c0a80101")]
    public async Task A_password_follows(string password, string octets)
    {
        var bytes = await sender.HearAsync(Target, "send", Mac, "--password", password);
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out var frame, out _));
        foreach (var packet in frame.Packets) Assert.Equal(octets, Convert.ToHexStringLower(packet.Password));
    }

    [Fact]
    public async Task A_signed_command_can_be_verified()
    {
        using var folder = new Folder();
        Assert.Contains("id: ops-2026", (await Run.Async("keygen", "ops-2026", "--out", folder.Path)).Checked, StringComparison.Ordinal);
        var bytes = await sender.HearAsync(Target, "send", Mac, "--sign-key", folder.File("ops-2026.pem"), "--verb", "move", "--node", "node-b", "--password", "192.168.1.1");
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out var frame, out _));
        var seen = 0;
        foreach (var packet in frame.Packets)
        {
            seen++;
            Assert.Equal("c0a80101", Convert.ToHexStringLower(packet.Password));
            Assert.True(CommandEnvelope.TryParse(packet.Command, out var envelope, out var problem), $"{problem}");
            Assert.Equal("ops-2026", envelope.KeyId);
            Assert.True(SigningKeys.TryReadPublic(File.ReadAllText(folder.File("ops-2026.pub.pem")), out var key, out var why), why);
            using (key)
            {
                Assert.True(envelope.TryVerify(key, out var command, out problem), $"{problem}");
                Assert.Equal((WakeAction.Move, Target, "node-b"), (command.Action, command.Target, command.NodeName));
                Assert.InRange(command.IssuedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
            }

            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            Assert.False(envelope.TryVerify(other, out _, out _));
        }

        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Backwards_it_stands_backwards()
    {
        var bytes = await sender.HearAsync(Target.Reversed, "send", Mac, "--reversed");
        Assert.True(WolFrame.TryParse(LinkType.Ethernet, bytes, WolPorts.Default, out _, out _));
    }

    [Fact]
    public async Task A_broadcast_leaves_by_every_interface()
    {
        var second = await sender.Host.AddNicAsync("eth1", TestContext.Current.CancellationToken);
        try
        {
            var said = (await sender.RunAsync("send", Mac)).Checked;
            Assert.Equal("sent 102 octets to 255.255.255.255:9 out of eth0, eth1\n", said);
            // Only one that is meant can be chosen for a frame of our own making.
            var which = await sender.RunAsync("send", Mac, "--raw");
            Assert.Equal((2, "error: a frame of our own making leaves by one interface\nGive --interface with one of: eth0, eth1\n"), (which.ExitCode, which.Error));
        }
        finally
        {
            await second.RemoveAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task What_cannot_be_sent_is_said()
    {
        var none = await sender.RunAsync("send", Mac, "--interface", "eth9");
        Assert.Equal((1, "error: there is no network interface eth9\nThere are: eth0\n"), (none.ExitCode, none.Error));
        var unreachable = await sender.RunAsync("send", Mac, "--to", "fd99::1");
        Assert.Equal(1, unreachable.ExitCode);
        Assert.StartsWith("error: cannot send to [fd99::1]:9: ", unreachable.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_right_to_send_frames_it_says_what_to_do()
    {
        var denied = await sender.Host.Namespace.RunAsync(
            new("setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw", "--", Programs.Plugin, "send", Mac, "--raw"), TestContext.Current.CancellationToken);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("takes root, or CAP_NET_RAW", denied.Error, StringComparison.Ordinal);
    }

    private static int[] Vlans(WolFrame frame)
    {
        var ids = new List<int>();
        for (var i = 0; i < frame.Vlans.Count; i++) ids.Add(frame.Vlans[i]);
        return [.. ids];
    }
}
