using CsCheck;
using KubeWol.Agent.Index;
using KubeWol.Agent.Tests.Fakes;
using KubeWol.Api.Index;
using KubeWol.Protocol;

namespace KubeWol.Agent.Tests.Index;

/// <summary>What an agent says of an address, by what it was told.</summary>
public sealed class KnownAddressesTests
{
    private static readonly MacAddress Target = Some.Target; // shard 6
    private static readonly int Shard = AddressShards.Of(Target.Bits);

    [Theory]
    [InlineData("", "", "NotYetKnown")]
    [InlineData("shard", "", "NotYetKnown")]
    [InlineData("", "none", "NotYetKnown")]
    [InlineData("shard", "none", "Unknown")]
    [InlineData("machine", "", "Known")]
    [InlineData("machine", "none", "Known")]
    [InlineData("", "range", "Known")]
    [InlineData("shard", "range", "Known")]
    [InlineData("reversed", "none", "Unknown")]
    [InlineData("reversed", "none", "Known", true)]
    [InlineData("reversed", "", "Known", true)]
    [InlineData("machine", "none", "Known", true)]
    [InlineData("shard", "none", "NotYetKnown", true)] // the address may be a machine's backwards, and of that shard nothing is known
    [InlineData("both", "none", "Unknown", true)]
    public void It_knows_no_more_than_it_was_told(string shard, string claimed, string verdict, bool reverses = false)
    {
        var known = new KnownAddresses(Some.Options with { ReversedMacs = reverses });
        if (shard is "shard" or "machine" or "both" or "reversed") known.Learn(Shard, shard == "machine" ? [Target.Bits] : []);
        if (shard is "both" or "reversed") known.Learn(AddressShards.Of(Target.Reversed.Bits), shard == "reversed" ? [Target.Reversed.Bits] : []);
        if (claimed.Length > 0) known.Learn(claimed == "range" ? [new(Target.Bits - 1, Target.Bits + 1)] : []);

        Assert.Equal(verdict, $"{known.Judge(Target)}");
    }

    [Fact]
    public void It_finds_what_is_in_a_list_or_a_range_and_nothing_else() =>
        Gen.Select(Gen.ULong[0, 400].Array[0, 60], Gen.Select(Gen.ULong[0, 400], Gen.ULong[0, 10], (f, l) => new MacRange(f, f + l)).Array[0, 8]).Sample((machines, ranges) =>
        {
            var known = new KnownAddresses(Some.Options);
            for (var shard = 0; shard < AddressShards.Count; shard++) known.Learn(shard, [.. machines.Where(m => AddressShards.Of(m) == shard).Distinct().Order()]);
            known.Learn(ranges);
            Assert.True(known.IsComplete);
            Assert.Equal(machines.Distinct().Count(), known.Count);
            for (var address = 0UL; address < 450; address++)
            {
                var expected = machines.Contains(address) || ranges.Any(r => r.Contains(address)) ? AddressVerdict.Known : AddressVerdict.Unknown;
                Assert.Equal(expected, known.Judge(new(address)));
            }
        });

    [Fact]
    public void A_hundred_thousand_addresses_take_less_than_a_MiB_and_a_look_at_one_takes_no_memory()
    {
        var random = new Random(1);
        var addresses = Enumerable.Range(0, 100_000).Select(_ => 0x5254_0000_0000 | (ulong)random.NextInt64(1L << 32)).Distinct().ToArray();
        var encoded = addresses.GroupBy(AddressShards.Of).Select(s => (s.Key, Octets: AddressShard.Encode(s.Key, [.. s.Order()]))).ToList();
        var known = new KnownAddresses(Some.Options);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var (shard, octets) in encoded) known.Learn(shard, AddressShard.Decode(shard, octets)!);
        known.Learn([]);
        var size = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{known.Count:N0} addresses in {size:N0} octets");
        Assert.InRange(size, known.Count * 8, 1 << 20);

        Assert.Equal(AddressVerdict.Known, known.Judge(new(addresses[0])));
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) known.Judge(new((ulong)i * 977));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }
}
