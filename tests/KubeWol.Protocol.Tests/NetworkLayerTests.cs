using System.Buffers.Binary;

namespace KubeWol.Protocol.Tests;

public sealed class NetworkLayerTests
{
    private const int Ip = 14;
    private const int UdpV4 = Ip + 20;
    private const int UdpV6 = Ip + 40;
    private static readonly WolFrameBuilder V4 = new() { Transport = WolTransport.UdpV4 };
    private static readonly WolFrameBuilder V6 = new() { Transport = WolTransport.UdpV6 };

    [Theory]
    [InlineData(WolTransport.UdpV4, "198.51.100.7")]
    [InlineData(WolTransport.UdpV6, "fe80::1")]
    public void A_datagram_tells_its_sender_and_port(WolTransport transport, string source)
    {
        foreach (ushort port in (ushort[])[7, 9, 40000, 47009, 47998, 48010])
        {
            var builder = new WolFrameBuilder { Transport = transport, SourceIp = IpAddress.Parse(source), DestinationPort = port };
            Assert.Equal(
                new Outcome(DropReason.None)
                {
                    SourceMac = builder.Source,
                    SourceIp = IpAddress.Parse(source),
                    Transport = transport,
                    DestinationPort = port,
                    Packets = "52:54:00:12:34:56//",
                },
                Outcome.Of(LinkType.Ethernet, builder.Build(Samples.Packet)));
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(0)]
    [InlineData(48011)]
    [InlineData(65535)]
    public void Another_port_is_refused_by_name(int port)
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
        {
            var frame = (builder with { DestinationPort = (ushort)port }).Build(Samples.Packet);
            Assert.Equal(DropReason.OtherPort, Outcome.Of(LinkType.Ethernet, frame).Reason);
        }
    }

    [Fact]
    public void The_ports_listened_for_are_those_given()
    {
        var frame = (V4 with { DestinationPort = 4343 }).Build(Samples.Packet);
        Assert.Equal(DropReason.None, Outcome.Of(LinkType.Ethernet, frame, WolPorts.Parse("4343")).Reason);
        Assert.Equal(DropReason.OtherPort, Outcome.Of(LinkType.Ethernet, V4.Build(Samples.Packet), WolPorts.Parse("4343")).Reason);
    }

    [Theory]
    [InlineData(0, 0x44, DropReason.MalformedHeader)]
    [InlineData(0, 0x65, DropReason.MalformedHeader)]
    [InlineData(0, 0x4F, DropReason.MalformedHeader)]
    [InlineData(2, 0xFF, DropReason.None)]
    [InlineData(3, 19, DropReason.MalformedHeader)]
    [InlineData(3, 20, DropReason.MalformedHeader)]
    [InlineData(3, 27, DropReason.MalformedHeader)]
    [InlineData(3, 100, DropReason.MalformedHeader)]
    [InlineData(6, 0x20, DropReason.None)]
    [InlineData(6, 0xC0, DropReason.None)]
    [InlineData(7, 0x01, DropReason.LaterFragment)]
    [InlineData(6, 0x1F, DropReason.LaterFragment)]
    [InlineData(9, 6, DropReason.OtherProtocol)]
    [InlineData(9, 136, DropReason.OtherProtocol)]
    [InlineData(10, 0xAA, DropReason.None)]
    public void A_field_of_the_IPv4_header_decides(int at, byte value, DropReason expected)
    {
        var frame = V4.Build(Samples.Packet);
        frame[Ip + at] = value;
        Assert.Equal(expected, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Fact]
    public void A_later_fragment_of_another_protocol_is_of_another_protocol()
    {
        var frame = V4.Build(Samples.Packet);
        (frame[Ip + 7], frame[Ip + 9]) = (1, 6);
        Assert.Equal(DropReason.OtherProtocol, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(40)]
    public void IPv4_options_are_stepped_over(int octets)
    {
        var builder = V4 with { Ipv4Options = [.. Enumerable.Repeat((byte)1, octets)] };
        Assert.Equal(DropReason.None, Outcome.Of(LinkType.Ethernet, builder.Build(Samples.Packet)).Reason);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(23)]
    public void A_total_length_that_ends_inside_the_options_is_malformed(byte totalLength)
    {
        var frame = (V4 with { Ipv4Options = [1, 1, 1, 1] }).Build(Samples.Packet);
        (frame[Ip + 2], frame[Ip + 3]) = (0, totalLength);
        Assert.Equal(DropReason.MalformedHeader, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Fact]
    public void Options_that_do_not_fit_the_header_cannot_be_built()
    {
        Assert.Throws<ArgumentException>(() => (V4 with { Ipv4Options = [1, 1, 1] }).Build(Samples.Packet));
        Assert.Throws<ArgumentException>(() => (V4 with { Ipv4Options = [.. new byte[44]] }).Build(Samples.Packet));
    }

    [Theory]
    [InlineData(0, 0x45, DropReason.MalformedHeader)]
    [InlineData(4, 0xFF, DropReason.None)]
    [InlineData(5, 0, DropReason.MalformedHeader)]
    [InlineData(5, 7, DropReason.MalformedHeader)]
    [InlineData(5, 109, DropReason.MalformedHeader)]
    [InlineData(6, 6, DropReason.OtherProtocol)]
    [InlineData(6, 50, DropReason.OtherProtocol)]
    [InlineData(6, 58, DropReason.OtherProtocol)]
    [InlineData(6, 59, DropReason.OtherProtocol)]
    public void A_field_of_the_IPv6_header_decides(int at, byte value, DropReason expected)
    {
        var frame = V6.Build(Samples.Packet);
        frame[Ip + at] = value;
        Assert.Equal(expected, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Fact]
    public void Each_extension_header_is_stepped_over()
    {
        foreach (var extension in Enum.GetValues<Ipv6Extension>())
        {
            var outcome = Outcome.Of(LinkType.Ethernet, (V6 with { Ipv6Extensions = [extension] }).Build(Samples.Packet));
            Assert.Equal((DropReason.None, "52:54:00:12:34:56//"), (outcome.Reason, outcome.Packets));
        }
    }

    [Fact]
    public void Eight_extension_headers_are_stepped_over_and_nine_are_refused()
    {
        var eight = V6 with { Ipv6Extensions = [.. Enumerable.Repeat(Ipv6Extension.DestinationOptions, 8)] };
        Assert.Equal(DropReason.None, Outcome.Of(LinkType.Ethernet, eight.Build(Samples.Packet)).Reason);

        var nine = eight with { Ipv6Extensions = eight.Ipv6Extensions.Add(Ipv6Extension.Routing) };
        Assert.Equal(DropReason.TooManyExtensionHeaders, Outcome.Of(LinkType.Ethernet, nine.Build(Samples.Packet)).Reason);
    }

    [Theory]
    [InlineData(17, DropReason.LaterFragment)]
    [InlineData(60, DropReason.LaterFragment)]
    [InlineData(6, DropReason.OtherProtocol)]
    public void A_later_IPv6_fragment_is_named_by_what_it_is_part_of(byte next, DropReason expected)
    {
        var frame = (V6 with { Ipv6Extensions = [Ipv6Extension.Fragment] }).Build(Samples.Packet);
        (frame[Ip + 40], frame[Ip + 43]) = (next, 8);
        Assert.Equal(expected, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Fact]
    public void An_extension_header_longer_than_its_packet_is_malformed()
    {
        var frame = (V6 with { Ipv6Extensions = [Ipv6Extension.HopByHop] }).Build(Samples.Packet);
        frame[Ip + 41] = 0xFF;
        Assert.Equal(DropReason.MalformedHeader, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Theory]
    [InlineData(0, DropReason.MalformedHeader)]
    [InlineData(7, DropReason.MalformedHeader)]
    [InlineData(8, DropReason.NoSyncStream)]
    [InlineData(13, DropReason.NoSyncStream)]
    [InlineData(14, DropReason.Truncated)]
    [InlineData(109, DropReason.Truncated)]
    [InlineData(110, DropReason.None)]
    [InlineData(111, DropReason.MalformedHeader)]
    [InlineData(65535, DropReason.MalformedHeader)]
    public void The_UDP_length_is_honoured(int length, DropReason expected)
    {
        foreach (var (builder, udp) in ((WolFrameBuilder, int)[])[(V4, UdpV4), (V6, UdpV6)])
        {
            var frame = builder.Build(Samples.Packet);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(udp + 4), (ushort)length);
            Assert.Equal(expected, Outcome.Of(LinkType.Ethernet, frame).Reason);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(18)]
    public void Padding_of_the_frame_is_neither_password_nor_trailer(int octets)
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
        {
            byte[] padded = [.. builder.Build(Samples.Packet), .. new byte[octets]];
            Assert.Equal("52:54:00:12:34:56//", Outcome.Of(LinkType.Ethernet, padded).Packets);
        }
    }

    [Fact]
    public void A_datagram_without_payload_has_no_sync_stream()
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
            Assert.Equal(DropReason.NoSyncStream, Outcome.Of(LinkType.Ethernet, [.. builder.Build([]), .. new byte[18]]).Reason);
    }

    [Fact]
    public void Of_a_fragmented_datagram_the_first_part_is_heard()
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
        {
            var frames = builder.BuildFragments([.. Samples.Packet, .. new byte[200]], octets: 120).ToArray();
            Assert.Equal(
                [DropReason.None, DropReason.LaterFragment, DropReason.LaterFragment],
                frames.Select(frame => Outcome.Of(LinkType.Ethernet, frame).Reason));
        }
    }

    [Fact]
    public void A_packet_torn_between_two_fragments_is_truncated()
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
        {
            var frames = builder.BuildFragments(Samples.Packet, octets: 104).ToArray();
            Assert.Equal(
                [DropReason.Truncated, DropReason.LaterFragment],
                frames.Select(frame => Outcome.Of(LinkType.Ethernet, frame).Reason));
        }
    }

    [Fact]
    public void A_first_fragment_without_a_whole_UDP_header_is_too_short()
    {
        var frame = V4.BuildFragments(Samples.Packet, octets: 8).First();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Ip + 2), 27);
        Assert.Equal(DropReason.FrameTooShort, Outcome.Of(LinkType.Ethernet, frame).Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(12)]
    public void Fragments_are_only_built_of_whole_groups_of_eight(int octets)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => V4.BuildFragments(Samples.Packet, octets));
        Assert.Throws<InvalidOperationException>(() => new WolFrameBuilder().BuildFragments(Samples.Packet, 8));
    }

    [Fact]
    public void A_capture_that_ends_after_the_packet_is_enough()
    {
        foreach (var builder in (WolFrameBuilder[])[V4, V6])
        {
            var frame = builder.Build([.. Samples.Packet, .. new byte[1000]]);
            var outcome = Outcome.Of(LinkType.Ethernet, frame.AsSpan(..^1000));
            Assert.Equal((DropReason.None, "52:54:00:12:34:56//"), (outcome.Reason, outcome.Packets));
        }
    }
}
