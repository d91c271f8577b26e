using KubeWol.Api.KubeVirt;
using KubeWol.Operator.Targets;
using KubeWol.Protocol;

namespace KubeWol.Operator.Ledger;

/// <summary>What is to be remembered of a machine's addresses: a pure function, so that the same reading twice writes nothing the second time.</summary>
internal static class MacLedger
{
    /// <summary>How old the time of an address that the machine still has may become: a running machine costs a write per day and no more.</summary>
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromDays(1);

    /// <summary>Whether there is or may be anything to note: a machine that fixes its addresses is not even looked at.</summary>
    public static bool Concerns(VirtualMachine machine) => LastSeenAddresses.TextOf(machine) is not null || MacAddresses.Unfixed(machine).Count > 0;

    /// <param name="machine">The machine as it is.</param>
    /// <param name="isElsewhere">Whether another machine has an address now: then it says nothing about this one any more.</param>
    /// <param name="keep">How long an address is remembered.</param>
    /// <param name="now">The time.</param>
    public static LedgerPage Next(Machine machine, Func<MacAddress, bool> isElsewhere, TimeSpan keep, DateTimeOffset now)
    {
        var renewal = keep / 4 < LongestRenewal ? keep / 4 : LongestRenewal;
        var live = machine.Instance is { } instance
            ? MacAddresses.Unfixed(machine.Object, instance).Where(a => !isElsewhere(a)).Distinct().OrderBy(a => a.Bits).Take(LastSeenAddresses.Most).ToList()
            : [];
        var today = Today(machine, now);
        var seen = LastSeenAddresses.Of(machine.Object)
            .Where(s => s.Counts(keep, now) && !isElsewhere(s.Address))
            .ToDictionary(s => s.Address, s => s.Seen - now > renewal ? today : s.Seen); // a clock was far ahead
        foreach (var address in live)
        {
            if (!seen.TryGetValue(address, out var noted) || now - noted >= renewal) seen[address] = today;
        }

        var kept = seen.Select(s => new Sighting(s.Key, s.Value)).OrderByDescending(s => live.Contains(s.Address)).ThenBy(s => s, Sighting.NewestFirst)
            .Take(LastSeenAddresses.Most).ToList();
        return new(LastSeenAddresses.Text(kept), kept.Count == 0 ? null : kept.Min(s => (live.Contains(s.Address) ? renewal : keep) - (now - s.Seen)));
    }

    /// <summary>Now, to the second; never before the machine was made, even if our clock is behind the API server's.</summary>
    private static DateTimeOffset Today(Machine machine, DateTimeOffset now)
    {
        var second = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        return machine.Object.Metadata.CreationTimestamp is { } created && created > second ? created : second;
    }
}
