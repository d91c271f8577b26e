using CsCheck;
using KubeWol.Fuzz;

namespace KubeWol.Protocol.Tests;

public sealed class PropertyTests
{
    private static readonly Gen<byte> OftenFF = Gen.Frequency((3, Gen.Const((byte)0xFF)), (2, Gen.Byte));

    private static readonly Gen<MacAddress> Machine = OftenFF.Array[MacAddress.Size]
        .Select(octets => new MacAddress([(byte)(octets[0] & 0xFE), .. octets[1..]]))
        .Where(address => !address.IsZero);

    private static readonly Gen<byte[]> Password = Gen.OneOf(OftenFF.Array[0], OftenFF.Array[4], OftenFF.Array[6]);

    private static readonly Gen<VlanTag> Tag = Gen.Select(
        Gen.UShort[0, 4095], Gen.OneOf<ushort>(0x8100, 0x88A8, 0x9100), (id, protocol) => new VlanTag(id, protocol));

    private static readonly Gen<WolFrameBuilder> Builder =
        from link in Gen.Enum<LinkType>()
        from transport in Gen.Enum<WolTransport>()
        from source in Machine
        from tags in Tag.Array[0, VlanIds.Max]
        from port in Gen.OneOf<ushort>(7, 9, 40000, 47009, 47998, 48005, 48010)
        from ip in Gen.Byte.Array[transport == WolTransport.UdpV6 ? 16 : 4]
        from options in Gen.Int[0, 10]
        from extensions in Gen.Enum<Ipv6Extension>().Array[0, 8]
        select new WolFrameBuilder
        {
            Link = link,
            Transport = transport,
            Source = source,
            Vlans = [.. tags],
            DestinationPort = port,
            SourceIp = new IpAddress(ip),
            Ipv4Options = [.. new byte[4 * options]],
            Ipv6Extensions = [.. extensions],
        };

    [Fact]
    public void What_is_built_is_what_is_read() =>
        Gen.Select(Builder, Machine, Password, OftenFF.Array[0, 64], Gen.Int[1, 4]).Sample((builder, target, password, prefix, copies) =>
        {
            var outcome = Outcome.Of(builder.Link, builder.Build(MagicPacket.Build(target, password, prefix, copies)));
            var isUdp = builder.Transport != WolTransport.Ethernet;
            var expected = new Outcome(DropReason.None)
            {
                SourceMac = builder.Source,
                SourceIp = isUdp ? builder.SourceIp : null,
                Transport = builder.Transport,
                DestinationPort = isUdp ? builder.DestinationPort : 0,
                Vlans = string.Join(',', builder.Vlans.Select(tag => tag.Id)),
                Packets = string.Join(' ', Enumerable.Repeat($"{target}/{Convert.ToHexStringLower(password)}/", copies)),
            };
            Assert.Equal(expected, outcome);
        }, iter: 20_000);

    [Fact]
    public void Fragments_are_the_datagram_and_only_the_first_is_heard() =>
        Gen.Select(Builder.Where(builder => builder.Transport != WolTransport.Ethernet), Gen.Byte.Array[0, 400], Gen.Int[14, 40])
            .Sample((builder, rest, groups) =>
            {
                byte[] payload = [.. MagicPacket.Build(Samples.Target), .. rest];
                var roomForOneMore = builder with { Ipv6Extensions = [.. builder.Ipv6Extensions.Take(7)] };
                var frames = roomForOneMore.BuildFragments(payload, groups * 8).ToArray();
                Assert.Equal(DropReason.None, Outcome.Of(builder.Link, frames[0]).Reason);
                Assert.All(frames[1..], frame => Assert.Equal(DropReason.LaterFragment, Outcome.Of(builder.Link, frame).Reason));
            }, iter: 2_000);

    [Fact]
    public void Noise_keeps_every_promise() => Gen.Byte.Array[0, 300].Sample(noise => FuzzTarget.Run(noise), iter: 50_000);

    [Fact]
    public void Noise_that_is_mostly_FF_keeps_every_promise() => OftenFF.Array[0, 600].Sample(noise => FuzzTarget.Run(noise), iter: 20_000);

    [Fact]
    public void Noise_behind_good_headers_keeps_every_promise() =>
        Gen.Select(Builder, OftenFF.Array[0, 300]).Sample((builder, noise) => FuzzTarget.Run(builder.Build(noise)), iter: 20_000);

    /// <summary>Runs of 0xFF and of one address, of lengths around those that matter.</summary>
    [Fact]
    public void The_fast_scanner_agrees_with_the_naive_one_on_runs_of_runs() =>
        Gen.Select(Gen.Int[0, 14], Machine, Gen.Int[0, 20], Gen.Int[0, 6]).Array[1, 6]
            .Sample(parts =>
            {
                List<byte> payload = [];
                foreach (var (ones, address, times, more) in parts)
                {
                    payload.AddRange(Enumerable.Repeat((byte)0xFF, ones));
                    var octets = MagicPacket.Build(address)[6..12];
                    for (var i = 0; i < times; i++) payload.AddRange(octets);
                    payload.AddRange(octets[..more]);
                }
                FuzzTarget.Run([.. payload]);
            }, iter: 20_000);

    [Fact]
    public void An_address_survives_every_spelling() => Gen.ULong[0, 0xFFFF_FFFF_FFFF].Sample(bits =>
    {
        var address = new MacAddress(bits);
        var (colons, bare) = ($"{address}", $"{address:N}");
        string[] spellings =
        [
            colons, colons.ToUpperInvariant(), colons.Replace(':', '-'), bare, bare.ToUpperInvariant(),
            $"{bare[..4]}.{bare[4..8]}.{bare[8..]}", $"{bare[..6]}-{bare[6..]}",
        ];
        Assert.All(spellings, spelling => Assert.Equal(address, MacAddress.Parse(spelling)));
    });
}
