using System.Buffers.Binary;

namespace KubeWol.Protocol.Tests;

/// <summary>Every bit of good frames is flipped. What each field may do then is written down, field by field.</summary>
public sealed class DamageTests
{
    /// <summary>Judges a field with one bit flipped: its new value in, what must become of the good outcome out.</summary>
    private delegate Outcome Effect(ulong flipped, Outcome good);

    private sealed record Field(int Octets, Effect Effect);

    private static readonly Effect Same = (_, good) => good;
    private static readonly Effect Malformed = Refused(DropReason.MalformedHeader);
    private static readonly Effect SourceMac = (value, good) => good with { SourceMac = new MacAddress(value) };
    private static readonly Effect SourceMacUnknown = (_, good) => good with { SourceMac = default };
    private static readonly Effect OtherType = (value, _) =>
        new Outcome(value < 0x600 ? DropReason.NotEthernetII : DropReason.OtherProtocol);

    // 0x8100 and 0x9100 differ in one bit.
    private static readonly Effect TagType = (value, good) => value == 0x9100 ? good : OtherType(value, good);
    private static readonly Effect TagId = (value, good) => good with { Vlans = $"{value & 0xFFF}" };
    private static readonly Effect Port = (value, good) =>
        WolPorts.Default.Contains((ushort)value) ? good with { DestinationPort = (int)value } : new Outcome(DropReason.OtherPort);

    private static readonly Field[] Ethernet = [new(6, Same), new(6, SourceMac)];
    private static readonly Field Type = new(2, OtherType);
    private static readonly Field[] Packet = [new(6, Refused(DropReason.NoSyncStream)), new(96, Refused(DropReason.RepetitionMismatch))];
    private static readonly Field[] Password = [new(4, (value, good) => good with { Packets = $"{Samples.Target}/{value:x8}/" })];

    /// <summary>A UDP header before a packet without password: a shorter length cuts the packet, a longer one is a contradiction.</summary>
    private static readonly Field[] Udp =
    [
        new(2, Same),
        new(2, Port),
        new(2, (length, _) => new Outcome(length switch
        {
            < 8 or > 110 => DropReason.MalformedHeader,
            < 14 => DropReason.NoSyncStream,
            _ => DropReason.Truncated,
        })),
        new(2, Same),
    ];

    private static readonly Dictionary<string, (WolFrameBuilder Builder, byte[] Payload, Field[] Fields)> Frames = new()
    {
        ["raw"] = (new(), MagicPacket.Build(Samples.Target, [1, 2, 3, 4]), [.. Ethernet, Type, .. Packet, .. Password]),
        ["802.1Q"] = (new() { Vlans = [10] }, Samples.Packet, [.. Ethernet, new(2, TagType), new(2, TagId), Type, .. Packet]),
        ["SLL"] = (new() { Link = LinkType.LinuxCooked }, Samples.Packet,
            [new(5, Same), new(1, SourceMacUnknown), new(6, SourceMac), new(2, Same), Type, .. Packet]),
        ["SLL2"] = (new() { Link = LinkType.LinuxCooked2 }, Samples.Packet,
            [Type, new(2, Same), new(4, Same), new(3, Same), new(1, SourceMacUnknown), new(6, SourceMac), new(2, Same), .. Packet]),
        ["UDPv4"] = (new() { Transport = WolTransport.UdpV4, Ipv4Options = [1, 1, 1, 1] }, Samples.Packet,
        [
            .. Ethernet, Type,
            new(1, Malformed),                                                     // version, header length
            new(1, Same),                                                          // type of service
            new(2, (value, good) => value > 134 ? good : Malformed(value, good)),  // a longer total is a cut capture
            new(2, Same),                                                          // identification
            new(2, (value, good) => (value & 0x1FFF) == 0 ? good : new Outcome(DropReason.LaterFragment)),
            new(1, Same),                                                          // time to live
            new(1, Refused(DropReason.OtherProtocol)),
            new(2, Same),                                                          // checksum
            new(4, SourceIp),
            new(4, Same),                                                          // destination
            new(4, Same),                                                          // options
            .. Udp, .. Packet,
        ]),
        ["UDPv6"] = (new() { Transport = WolTransport.UdpV6, Ipv6Extensions = [Ipv6Extension.DestinationOptions] }, Samples.Packet,
        [
            .. Ethernet, Type,
            new(4, (value, good) => value >> 28 == 6 ? good : Malformed(value, good)),
            new(2, (value, good) => value > 118 ? good : Malformed(value, good)),
            new(1, (next, _) => new Outcome(next == 44 ? DropReason.LaterFragment : DropReason.OtherProtocol)),  // 60 ^ 44 is one bit
            new(1, Same),                                                          // hop limit
            new(8, (value, good) => good with { SourceIp = Ipv6(value, 0x842) }),
            new(8, (value, good) => good with { SourceIp = Ipv6(0x2001_0DB8_0000_0000, value) }),
            new(16, Same),                                                         // destination
            new(1, Refused(DropReason.OtherProtocol)),                             // next header of the extension
            new(1, Malformed),                                                     // its length
            new(6, Same),                                                          // its padding
            .. Udp, .. Packet,
        ]),
    };

    public static TheoryData<string> Names => [.. Frames.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_frame_with_any_bit_flipped_is_refused_or_differs_as_its_field_says(string name)
    {
        var (builder, payload, fields) = Frames[name];
        var frame = builder.Build(payload);
        var good = Outcome.Of(builder.Link, frame);
        Assert.Equal(DropReason.None, good.Reason);
        Assert.Equal(frame.Length, fields.Sum(field => field.Octets));

        var start = 0;
        foreach (var field in fields)
        {
            for (var bit = 0; bit < field.Octets * 8; bit++)
            {
                byte[] damaged = [.. frame];
                damaged[start + bit / 8] ^= (byte)(0x80 >> bit % 8);
                var expected = field.Effect(Value(damaged.AsSpan(start, field.Octets)), good);
                var actual = Outcome.Of(builder.Link, damaged);
                Assert.True(expected == actual, $"octet {start + bit / 8}, bit {bit % 8}: {actual} in place of {expected}");
            }
            start += field.Octets;
        }
    }

    private static Effect Refused(DropReason reason) => (_, _) => new Outcome(reason);

    private static Outcome SourceIp(ulong value, Outcome good)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)value);
        return good with { SourceIp = new IpAddress(octets) };
    }

    private static IpAddress Ipv6(ulong high, ulong low)
    {
        var octets = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, high);
        BinaryPrimitives.WriteUInt64BigEndian(octets.AsSpan(8), low);
        return new IpAddress(octets);
    }

    private static ulong Value(ReadOnlySpan<byte> octets)
    {
        ulong value = 0;
        foreach (var octet in octets) value = value << 8 | octet;
        return value;
    }
}
