using KubeWol.Api.Index;
using KubeWol.Api.KubeVirt;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Operator.Index;

/// <summary>
/// Every address by which a request could find a machine, by shard. Kept up with each change of an object, so that a change costs what has changed,
/// and a standby that becomes the leader knows all at once.
/// </summary>
internal sealed class MachineAddressSet(TimeProvider time)
{
    private readonly Shard[] _shards = [.. AddressShards.Names.Select(_ => new Shard())];
    private readonly Lock _gate = new();

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _shards.Sum(s => s.Holders.Count);
        }
    }

    /// <summary>A change of a machine; returns the shards whose addresses it changed.</summary>
    public IReadOnlyList<int> Change(VirtualMachine? before, VirtualMachine? after) =>
        Change(before is null ? [] : MacAddresses.Noted(before), after is null ? [] : MacAddresses.Noted(after));

    /// <summary>A change of a running machine; returns the shards whose addresses it changed.</summary>
    public IReadOnlyList<int> Change(VirtualMachineInstance? before, VirtualMachineInstance? after) =>
        Change(before is null ? [] : MacAddresses.Of(before), after is null ? [] : MacAddresses.Of(after));

    /// <summary>The addresses of a shard in order, and which of its states this is.</summary>
    public (ulong[] Addresses, long State) Read(int shard)
    {
        ulong[] addresses;
        long state;
        lock (_gate) (addresses, state) = ([.. _shards[shard].Holders.Keys], _shards[shard].State);
        Array.Sort(addresses);
        return (addresses, state);
    }

    /// <summary>To be called when a shard is published as it was read in this state.</summary>
    public void Published(int shard, long state)
    {
        lock (_gate) _shards[shard].ChangedAt = _shards[shard].State == state ? null : time.GetTimestamp();
    }

    /// <summary>How long the oldest change is not published, counted from <paramref name="since"/> on at the most.</summary>
    public TimeSpan Lag(long since)
    {
        lock (_gate) return _shards.Max(s => s.ChangedAt is { } changed ? time.GetElapsedTime(Math.Max(changed, since)) : TimeSpan.Zero);
    }

    private IReadOnlyList<int> Change(IEnumerable<MacAddress> before, IEnumerable<MacAddress> after)
    {
        HashSet<ulong> was = [.. before.Select(a => a.Bits)], @is = [.. after.Select(a => a.Bits)];
        if (was.SetEquals(@is)) return [];
        var changed = new HashSet<int>();
        lock (_gate)
        {
            foreach (var address in @is.Except(was)) Hold(address, 1);
            foreach (var address in was.Except(@is)) Hold(address, -1);
            foreach (var shard in changed) (_shards[shard].State, _shards[shard].ChangedAt) = (_shards[shard].State + 1, _shards[shard].ChangedAt ?? time.GetTimestamp());
        }

        return [.. changed];

        void Hold(ulong address, int more)
        {
            var shard = AddressShards.Of(address);
            var holders = _shards[shard].Holders;
            var count = holders.GetValueOrDefault(address) + more;
            if (count == 0) holders.Remove(address);
            else holders[address] = count;
            if (count == 0 || count == more) changed.Add(shard);
        }
    }

    private sealed class Shard
    {
        /// <summary>Address → how many objects have it: machines may share one, and a machine and its running instance mostly do.</summary>
        public Dictionary<ulong, int> Holders { get; } = [];

        public long State { get; set; }

        public long? ChangedAt { get; set; }
    }
}
