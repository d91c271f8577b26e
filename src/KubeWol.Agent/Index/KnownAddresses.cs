using KubeWol.Api.Index;
using KubeWol.Protocol;

namespace KubeWol.Agent.Index;

/// <summary>The addresses that frames may call, as far as the operator has told. Asked by every capture at once, without a lock and without allocating.</summary>
internal sealed class KnownAddresses(AgentOptions options)
{
    private readonly ulong[]?[] _shards = new ulong[]?[AddressShards.Count];
    private volatile MacRange[]? _claimed;

    /// <summary>Addresses of machines.</summary>
    public int Count => Enumerable.Range(0, AddressShards.Count).Sum(s => Shard(s)?.Length ?? 0);

    /// <summary>Ranges that templates claim.</summary>
    public int Ranges => _claimed?.Length ?? 0;

    /// <summary>Whether all has been told.</summary>
    public bool IsComplete => _claimed is not null && Enumerable.Range(0, AddressShards.Count).All(s => Shard(s) is not null);

    /// <summary>Judges an address as a frame has it; one that stands backwards, too, where such are reported.</summary>
    public AddressVerdict Judge(MacAddress address)
    {
        var verdict = Max(IsMachines(address.Bits), IsClaimed(address.Bits));
        return options.ReversedMacs && verdict != AddressVerdict.Known ? Max(verdict, IsMachines(address.Reversed.Bits)) : verdict;

        // One Known is enough; Unknown takes that all have been asked.
        static AddressVerdict Max(AddressVerdict one, AddressVerdict other) => one == AddressVerdict.Known ? one
            : other == AddressVerdict.Known || one == AddressVerdict.Unknown ? other : one;
    }

    /// <summary>Takes over a shard: its addresses in order.</summary>
    public void Learn(int shard, ulong[] addresses) => Volatile.Write(ref _shards[shard], addresses);

    /// <summary>Takes over what templates claim.</summary>
    public void Learn(IEnumerable<MacRange> claimed) => _claimed = [.. MacRange.Merge(claimed, int.MaxValue)];

    private ulong[]? Shard(int shard) => Volatile.Read(ref _shards[shard]);

    private AddressVerdict IsMachines(ulong address) => Shard(AddressShards.Of(address)) is not { } addresses ? AddressVerdict.NotYetKnown
        : addresses.AsSpan().BinarySearch(address) >= 0 ? AddressVerdict.Known : AddressVerdict.Unknown;

    private AddressVerdict IsClaimed(ulong address)
    {
        if (_claimed is not { } claimed) return AddressVerdict.NotYetKnown;
        var (from, to) = (0, claimed.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (claimed[middle].Last < address) from = middle + 1;
            else to = middle;
        }

        return from < claimed.Length && claimed[from].Contains(address) ? AddressVerdict.Known : AddressVerdict.Unknown;
    }
}
