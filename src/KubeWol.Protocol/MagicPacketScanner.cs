using System.Runtime.CompilerServices;

namespace KubeWol.Protocol;

/// <summary>Finds magic packets at any place of a payload, in time linear in its length.</summary>
internal static class MagicPacketScanner
{
    private static ReadOnlySpan<byte> Sync => [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// <summary>Where the first valid packet at or after an index starts, and where the first synchronisation stream does; -1 for none.</summary>
    /// <remarks>
    /// A run of more than six 0xFF has many alignments, but only its last six can start a valid packet: with any earlier
    /// ones the address would begin with 0xFF and so be multicast. So each run is looked at once.
    /// Not inlined: its temporaries would make the caller clear 400 octets of stack for every frame, twice the time of all the rest.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Find(ReadOnlySpan<byte> payload, int from, out int firstSync)
    {
        firstSync = -1;
        while (TryFindRun(payload, from, out var start, out var end))
        {
            if (firstSync < 0) firstSync = start;
            if (IsPacket(payload, end)) return end - MagicPacket.SyncSize;
            for (var body = FirstAddress(start, end); body < end; body++)
            {
                if (IsPacket(payload, body)) return body - MagicPacket.SyncSize;
            }
            from = end;
        }
        return -1;
    }

    /// <summary>Why a payload without a valid packet has none: what is wrong at the alignment where the most octets repeat.</summary>
    public static DropReason Explain(ReadOnlySpan<byte> payload, int firstSync)
    {
        if (firstSync < 0) return DropReason.NoSyncStream;

        var telling = DropReason.NoSyncStream;
        var furthest = 0;
        for (var from = firstSync; TryFindRun(payload, from, out var start, out var end); from = end)
        {
            // Of the alignments that leave the address nothing but 0xFF the first gets furthest; the others leave it zero to five.
            var first = start + MagicPacket.SyncSize;
            Consider(payload[first..], ref telling, ref furthest);
            for (var body = Math.Max(first + 1, FirstAddress(start, end)); body <= end; body++)
                Consider(payload[body..], ref telling, ref furthest);
        }
        return telling;
    }

    private static bool IsPacket(ReadOnlySpan<byte> payload, int body) => Judge(payload[body..], out _) == DropReason.None;

    /// <summary>Where the address may begin in or after a run: behind a whole synchronisation stream, and with five 0xFF of its own at the most.</summary>
    private static int FirstAddress(int start, int end) => Math.Max(start + MagicPacket.SyncSize, end - MacAddress.Size + 1);

    private static void Consider(ReadOnlySpan<byte> body, ref DropReason telling, ref int furthest)
    {
        var reason = Judge(body, out var repeated);
        if (repeated < furthest || (repeated == furthest && reason < telling)) return;
        (telling, furthest) = (reason, repeated);
    }

    /// <summary>The next run of six or more 0xFF: from start up to, not including, end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryFindRun(ReadOnlySpan<byte> payload, int from, out int start, out int end)
    {
        start = end = 0;
        var rest = payload[from..];
        var at = rest.StartsWith(Sync) ? 0 : rest.IndexOf(Sync);
        if (at < 0) return false;

        start = from + at;
        var length = rest[at..].IndexOfAnyExcept((byte)0xFF);
        end = length < 0 ? payload.Length : start + length;
        return true;
    }

    /// <summary>What is wrong with the repetitions that start here. Also tells how many octets repeat the ones six places before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DropReason Judge(ReadOnlySpan<byte> body, out int repeated)
    {
        repeated = 0;
        if (body.Length > MagicPacket.BodySize) body = body[..MagicPacket.BodySize];
        if (body.Length < MacAddress.Size) return DropReason.Truncated;

        repeated = body.CommonPrefixLength(body[MacAddress.Size..]);
        if (repeated < body.Length - MacAddress.Size) return DropReason.RepetitionMismatch;
        if (body.Length < MagicPacket.BodySize) return DropReason.Truncated;

        var target = new MacAddress(body[..MacAddress.Size]);
        return target switch
        {
            { IsZero: true } => DropReason.ZeroTarget,
            { IsBroadcast: true } => DropReason.BroadcastTarget,
            _ => DropReason.None,
        };
    }
}
