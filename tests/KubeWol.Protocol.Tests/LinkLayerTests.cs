using System.Buffers.Binary;

namespace KubeWol.Protocol.Tests;

public sealed class LinkLayerTests
{
    [Theory]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("52:54:00:12:34:56")]
    [InlineData("01:00:5e:00:00:fb")]
    [InlineData("02:00:00:00:00:99")]
    public void A_raw_frame_is_heard_whatever_its_destination(string destination)
    {
        var builder = new WolFrameBuilder { Destination = MacAddress.Parse(destination), Source = MacAddress.Parse("02:00:00:00:00:0a") };
        Assert.Equal(
            new Outcome(DropReason.None) { SourceMac = MacAddress.Parse("02:00:00:00:00:0a"), Packets = "52:54:00:12:34:56//" },
            Outcome.Of(LinkType.Ethernet, builder.Build(Samples.Packet)));
    }

    [Theory]
    [InlineData(0x0842, DropReason.None)]
    [InlineData(0x0000, DropReason.NotEthernetII)]
    [InlineData(0x0066, DropReason.NotEthernetII)]
    [InlineData(0x05FF, DropReason.NotEthernetII)]
    [InlineData(0x0600, DropReason.OtherProtocol)]
    [InlineData(0x0806, DropReason.OtherProtocol)]
    [InlineData(0x8863, DropReason.OtherProtocol)]
    [InlineData(0xFFFF, DropReason.OtherProtocol)]
    public void The_type_decides_tagged_or_not(int etherType, DropReason expected)
    {
        foreach (var link in Enum.GetValues<LinkType>())
        {
            foreach (var tags in (VlanTag[][])[[], [10], [new VlanTag(1, 0x88A8), 2]])
            {
                var frame = new WolFrameBuilder { Link = link, Vlans = [.. tags] }.Build(Samples.Packet);
                var typeAt = link switch
                {
                    LinkType.Ethernet => 12 + 4 * tags.Length,
                    LinkType.LinuxCooked => 14 + 4 * tags.Length,
                    _ => tags.Length == 0 ? 0 : 18 + 4 * tags.Length,
                };
                Assert.Equal(0x0842, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(typeAt)));
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(typeAt), (ushort)etherType);
                Assert.Equal(expected, Outcome.Of(link, frame).Reason);
            }
        }
    }

    [Fact]
    public void Tags_of_all_three_kinds_are_read_outermost_first()
    {
        foreach (var link in Enum.GetValues<LinkType>())
        {
            var builder = new WolFrameBuilder { Link = link, Vlans = [new VlanTag(4095, 0x9100), new VlanTag(0, 0x88A8), 10] };
            Assert.Equal("4095,0,10", Outcome.Of(link, builder.Build(Samples.Packet)).Vlans);
        }
    }

    [Fact]
    public void Priority_bits_are_no_part_of_the_id()
    {
        var frame = new WolFrameBuilder { Vlans = [10] }.Build(Samples.Packet);
        frame[14] |= 0xF0;
        Assert.Equal("10", Outcome.Of(LinkType.Ethernet, frame).Vlans);
    }

    [Fact]
    public void Eight_tags_are_read_and_nine_are_refused()
    {
        var eight = new WolFrameBuilder { Vlans = [1, 2, 3, 4, 5, 6, 7, 8] };
        Assert.Equal("1,2,3,4,5,6,7,8", Outcome.Of(LinkType.Ethernet, eight.Build(Samples.Packet)).Vlans);

        var nine = eight with { Vlans = eight.Vlans.Add(9) };
        Assert.Equal(DropReason.TooManyVlanTags, Outcome.Of(LinkType.Ethernet, nine.Build(Samples.Packet)).Reason);
    }

    [Theory]
    [InlineData(LinkType.LinuxCooked, 5)]
    [InlineData(LinkType.LinuxCooked2, 11)]
    public void A_cooked_sender_without_six_octets_is_unknown(LinkType link, int lengthAt)
    {
        var frame = new WolFrameBuilder { Link = link }.Build(Samples.Packet);
        frame[lengthAt] = 0;
        var outcome = Outcome.Of(link, frame);
        Assert.Equal(DropReason.None, outcome.Reason);
        Assert.True(outcome.SourceMac.IsZero);
    }

    [Theory]
    [InlineData("ff:ff:ff:ff:ff:ff", 1)]
    [InlineData("01:00:5e:00:00:fb", 2)]
    [InlineData("52:54:00:12:34:56", 0)]
    public void A_cooked_frame_is_built_with_the_packet_type_of_its_destination(string destination, int packetType)
    {
        var builder = new WolFrameBuilder { Destination = MacAddress.Parse(destination) };
        Assert.Equal(packetType, (builder with { Link = LinkType.LinuxCooked }).Build([])[1]);
        Assert.Equal(packetType, (builder with { Link = LinkType.LinuxCooked2 }).Build([])[10]);
    }

    [Fact]
    public void Another_link_type_has_a_name_of_its_own()
    {
        const LinkType Wireless = (LinkType)105;
        Assert.Equal(DropReason.UnknownLinkType, Outcome.Of(Wireless, new WolFrameBuilder().Build(Samples.Packet)).Reason);
        Assert.Throws<InvalidOperationException>(() => new WolFrameBuilder { Link = Wireless }.Build(Samples.Packet));
    }

    [Fact]
    public void The_longest_frame_is_read_and_one_octet_more_is_oversized()
    {
        var frame = new byte[WolFrame.MaxLength];
        new WolFrameBuilder().Build(Samples.Packet).CopyTo(frame, 0);
        Assert.Equal(DropReason.None, Outcome.Of(LinkType.Ethernet, frame).Reason);
        Assert.Equal(DropReason.Oversized, Outcome.Of(LinkType.Ethernet, [.. frame, 0]).Reason);
    }
}
