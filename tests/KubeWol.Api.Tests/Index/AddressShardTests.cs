using CsCheck;
using KubeWol.Api.Index;

namespace KubeWol.Api.Tests.Index;

/// <summary>The addresses of a shard as octets, there and back; and no damage passes for addresses.</summary>
public sealed class AddressShardTests
{
    private static readonly Gen<(int Shard, ulong[] Addresses)> Any =
        from shard in Gen.Int[0, AddressShards.Count - 1]
        from values in Gen.OneOf(Gen.ULong[0, (1UL << 44) - 1], Gen.ULong[0x525400000, 0x525400FFF]).HashSet[0, 200]
        select (shard, values.Select(v => (v << AddressShards.Bits) | (uint)shard).Order().ToArray());

    /// <summary>Agents and operators of different versions meet in these octets: who changes them gives them another version.</summary>
    [Theory]
    [InlineData(0, "", "4b574d010400" + "00" + "927e015e")]
    [InlineData(6, "525400123456", "4b574d010406" + "01" + "c5c68480d4a401" + "e935d539")]
    [InlineData(6, "525400123456 525400123466 525400124456 fffffffffff6", "4b574d010406" + "04" + "c5c68480d4a401" + "00" + "fe01" + "b9b7fbffabdb02" + "71293feb")]
    public void They_are_written_like_this(int shard, string addresses, string octets)
    {
        var all = addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => Convert.ToUInt64(a, 16)).ToArray();
        Assert.Equal(octets, Convert.ToHexStringLower(AddressShard.Encode(shard, all)));
        Assert.Equal(all, AddressShard.Decode(shard, Convert.FromHexString(octets)));
    }

    [Fact]
    public void Whatever_is_written_is_read_again() => Any.Sample(given => Assert.Equal(given.Addresses, AddressShard.Decode(given.Shard, AddressShard.Encode(given.Shard, given.Addresses))));

    [Fact]
    public void Another_shards_octets_are_refused() => Any.Sample(given =>
        Assert.All(Enumerable.Range(0, AddressShards.Count).Where(s => s != given.Shard), s => Assert.Null(AddressShard.Decode(s, AddressShard.Encode(given.Shard, given.Addresses)))));

    [Fact]
    public void Octets_with_any_bit_flipped_cut_anywhere_or_with_more_behind_are_refused()
    {
        var good = AddressShard.Encode(6, [0x525400123456, 0x525400123466, 0x525400ABCDE6]);
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(AddressShard.Decode(6, bad) is null, $"bit {bit}");
        }

        for (var length = 0; length < good.Length; length++) Assert.True(AddressShard.Decode(6, good.AsSpan(0, length)) is null, $"length {length}");
        Assert.Null(AddressShard.Decode(6, [.. good, 0]));
        Assert.Null(AddressShard.Decode(6, default));
    }

    [Fact]
    public void Octets_at_random_are_refused() => Gen.Byte.Array[0, 100].Sample(octets => Assert.Null(AddressShard.Decode(0, octets)));

    [Fact]
    public void Only_addresses_of_the_shard_in_order_and_none_twice_are_written() =>
        Assert.All((ulong[][])[[0x525400123457], [0x525400123466, 0x525400123456], [0x525400123456, 0x525400123456], [1UL << 48 | 6]], wrong =>
            Assert.Throws<ArgumentException>(() => AddressShard.Encode(6, wrong)));

    /// <summary>What 100,000 machines cost: on the wire, in an agent's memory, and for one that changes.</summary>
    [Theory]
    [InlineData("one vendor prefix", 24, 150_000)]
    [InlineData("nothing in common", 46, 450_000)]
    public void A_hundred_thousand_addresses_are_small(string kind, int bits, int most)
    {
        var random = new Random(1);
        var addresses = new HashSet<ulong>();
        while (addresses.Count < 100_000) addresses.Add(0x0200_0000_0000UL | (bits == 24 ? 0x5254_0000_0000UL : 0) | (ulong)random.NextInt64(1L << bits));
        var shards = addresses.GroupBy(AddressShards.Of).Select(shard => AddressShard.Encode(shard.Key, [.. shard.Order()])).ToList();

        var all = shards.Sum(s => s.Length);
        TestContext.Current.TestOutputHelper!.WriteLine($"100,000 addresses, {kind}: {all:N0} octets in {shards.Count} ConfigMaps, the largest {shards.Max(s => s.Length):N0}");
        Assert.Equal(AddressShards.Count, shards.Count);
        Assert.InRange(all, 100_000, most);
        Assert.InRange(shards.Max(s => s.Length), 0, most / 14);
    }

    [Fact]
    public void Names_tell_shards_and_no_other_name_does()
    {
        Assert.Equal(["kubewol-macs-00", "kubewol-macs-0f"], [AddressShards.Names[0], AddressShards.Names[^1]]);
        for (var shard = 0; shard < AddressShards.Count; shard++) Assert.Equal(shard, AddressShards.Of(AddressShards.Names[shard]));
        Assert.All(["kubewol-agents", "kubewol-macs-", "kubewol-macs-10", "kubewol-macs-0F", "kubewol-macs-f", "kubewol-macs-000", "kubewol-macs- f", "Kubewol-macs-00"], name => Assert.Null(AddressShards.Of(name)));
    }
}
