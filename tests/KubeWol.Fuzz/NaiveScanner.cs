using KubeWol.Protocol;

namespace KubeWol.Fuzz;

/// <summary>The definition of a magic packet, octet by octet at every index: slow, and too plain to be wrong as the fast one could be.</summary>
public static class NaiveScanner
{
    /// <summary>The valid packets, none inside another or inside another's command.</summary>
    public static List<NaivePacket> Scan(ReadOnlySpan<byte> payload)
    {
        List<NaivePacket> found = [];
        for (var at = 0; at < payload.Length; at++)
        {
            if (Judge(payload, at, out _) != DropReason.None) continue;
            // An address may begin with 0xFF, but where the same run can be read without that, it is.
            var last = at;
            while (payload[last + 6] == 0xFF) last++;
            if (Judge(payload, last, out _) == DropReason.None) at = last;

            var packet = new NaivePacket(at, 0, 0);
            foreach (var password in (int[])[6, 4, 0])
            {
                var place = at + MagicPacket.Size + password;
                if (place < payload.Length && NaiveCommand.Measure(payload[place..]) is > 0 and var length) packet = new NaivePacket(at, password, length);
            }
            found.Add(packet);
            at += MagicPacket.Size + packet.Password + packet.Command - 1;
        }
        return found;
    }

    /// <summary>The reason at whichever index the most octets repeat; among equals the last in the enum's order.</summary>
    public static DropReason Explain(ReadOnlySpan<byte> payload)
    {
        var (telling, furthest) = (DropReason.NoSyncStream, 0);
        for (var at = 0; at < payload.Length; at++)
        {
            var reason = Judge(payload, at, out var repeated);
            if (repeated > furthest || (repeated == furthest && reason > telling)) (telling, furthest) = (reason, repeated);
        }
        return telling;
    }

    private static DropReason Judge(ReadOnlySpan<byte> payload, int at, out int repeated)
    {
        repeated = 0;
        for (var i = 0; i < 6; i++)
        {
            if (at + i >= payload.Length || payload[at + i] != 0xFF) return DropReason.NoSyncStream;
        }
        for (var i = at + 12; i < at + 102; i++)
        {
            if (i >= payload.Length) return DropReason.Truncated;
            if (payload[i] != payload[i - 6]) return DropReason.RepetitionMismatch;
            repeated++;
        }
        var target = payload.Slice(at + 6, 6);
        if (target.SequenceEqual<byte>([0, 0, 0, 0, 0, 0])) return DropReason.ZeroTarget;
        if (target.SequenceEqual<byte>([255, 255, 255, 255, 255, 255])) return DropReason.BroadcastTarget;
        return DropReason.None;
    }
}
